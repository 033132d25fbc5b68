// One figure per process: what other messages leave behind in a process (shapes that begin alike, call sites that have seen
// several codecs) changes what JSON.parse and generated code can do, so every row is measured in a process of its own.
// Contenders take turns in slices of about ten milliseconds; a figure is the median of their slices, in CPU time, which a
// busy machine disturbs least; and of several processes the median, because memory is laid out differently in each.

import { execFileSync } from 'node:child_process';

const rounds = Number(process.env.ROUNDS ?? 25);
const processes = Number(process.env.PROCESSES ?? 1);
const warmUp = 10;

/** Microseconds of CPU time per call of each function, garbage collection included. A function gets the number of the call. */
function measure(functions, calls) {
  const slices = functions.map(() => []);
  for (let round = 0; round < rounds + warmUp; round++) {
    const order = functions.map((_, index) => index);
    if (round % 2 === 1) order.reverse();
    for (const index of order) {
      const run = functions[index];
      const begin = process.cpuUsage();
      for (let call = round * calls; call < (round + 1) * calls; call++) run(call);
      const { user, system } = process.cpuUsage(begin);
      if (round >= warmUp) slices[index].push((user + system) / calls);
    }
  }
  return slices.map(median);
}

/**
 * In the process of a row, measures it; in the first process, runs PROCESSES processes per row and prints them.
 *
 * @param rows Name of a row to the text in front of it, in their order; a row's process gets its name.
 * @param contendersOf The functions of a row by name, and how many calls make a slice.
 * @param ratios Name of a column to the two contenders it divides.
 */
export function runRows(file, rows, contendersOf, ratios) {
  if (process.argv[2] === '--row') {
    const { contenders, calls } = contendersOf(process.argv[3]);
    const figures = measure(Object.values(contenders), calls);
    console.log(JSON.stringify(Object.keys(contenders).map((name, index) => [name, figures[index]])));
    return;
  }
  const wanted = process.argv[2] ?? '';
  console.log(`Node ${process.version}`);
  for (const row of rows) {
    if (!row.includes(wanted)) continue;
    const runs = Array.from({ length: processes }, () => {
      const output = execFileSync(process.execPath, [...process.execArgv, file, '--row', row], { encoding: 'utf8' });
      return Object.fromEntries(JSON.parse(output));
    });
    const figures = Object.fromEntries(
      Object.keys(runs[0]).map((name) => [name, median(runs.map((run) => run[name]))]),
    );
    const times = Object.entries(ratios)
      .filter(([, [over, under]]) => over in figures && under in figures)
      .map(([name, [over, under]]) => `${name} ${(figures[over] / figures[under]).toFixed(2)}`);
    const all = Object.entries(figures).map(([name, figure]) => `${name} ${time(figure)}`);
    console.log(`${row.padEnd(40)} ${times.join('  ')}   (${all.join(', ')})`);
  }
}

const median = (figures) => figures.toSorted((a, b) => a - b)[figures.length >> 1];

const time = (figure) =>
  figure >= 1000 ? `${(figure / 1000).toFixed(2)} ms` : `${figure.toFixed(figure < 10 ? 3 : 1)} µs`;
