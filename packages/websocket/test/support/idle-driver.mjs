// A second process that holds many WebSocket connections open and answers pings.
// Messages in: { url, count }, then 'talk' (one message on each), then 'drop'; out: 'open', 'pinged' (one more ping came on each),
// { answers }, 'dropped'.

import { WebSocket } from 'ws';

const sockets = [];
let answers = 0;
let pings = 0;
let opened = 0;
let closed = 0;
let total = 0;

function open(url) {
  if (sockets.length === total) return;
  const socket = new WebSocket(url, { perMessageDeflate: false });
  sockets.push(socket);
  socket.on('open', () => {
    if (++opened === total) process.send('open');
    open(url);
  });
  socket.on('ping', () => {
    if (++pings % total === 0) process.send('pinged');
  });
  socket.on('message', () => {
    if (++answers === total) process.send({ answers });
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    if (++closed === total) process.send('dropped');
  });
}

process.on('message', (message) => {
  if (message === 'talk') {
    answers = 0;
    for (const socket of sockets) socket.send('x');
  } else if (message === 'drop') {
    for (const [index, socket] of sockets.entries()) {
      if (index % 2 === 0) socket.close();
      else socket.terminate();
    }
  } else {
    sockets.length = 0;
    opened = closed = pings = 0;
    total = message.count;
    for (let lane = 0; lane < 50; lane++) open(message.url);
  }
});
