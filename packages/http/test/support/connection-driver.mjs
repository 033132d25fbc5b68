// A second process that opens many connections to a host, sends one request on each, and drops them all.
// Messages in: { port, count }; out: { opened, answered } when all have been answered, 'dropped' when all are closed.

import net from 'node:net';

process.on('message', ({ port, count }) => {
  let answered = 0;
  let closed = 0;
  const sockets = [];
  const open = () => {
    if (sockets.length === count) return;
    const socket = net.connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('connect', () => {
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      open();
    });
    socket.once('data', () => {
      if (++answered !== count) return;
      process.send({ opened: sockets.length, answered });
      // Half of them say goodbye, the others are reset.
      for (const [index, each] of sockets.entries()) {
        if (index % 2 === 0) each.end();
        else each.resetAndDestroy();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (++closed === count) process.send('dropped');
    });
  };
  for (let lane = 0; lane < 50; lane++) open();
});
