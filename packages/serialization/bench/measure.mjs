// Best of several interleaved rounds: machines are noisy upwards only.

/** Nanoseconds per call of each function. `calls` are made per round; a function gets the number of the call. ROUNDS, by default 7, is how often each is measured. */
export function measure(functions, calls, rounds = Number(process.env.ROUNDS ?? 7)) {
  const best = functions.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    const order = functions.map((_, index) => index);
    if (round % 2 === 1) order.reverse();
    for (const index of order) {
      const run = functions[index];
      const begin = process.hrtime.bigint();
      for (let call = 0; call < calls; call++) run(call);
      best[index] = Math.min(best[index], Number(process.hrtime.bigint() - begin) / calls);
    }
  }
  return best;
}

/** A row of a table: name, then figures. */
export function row(name, figures) {
  console.log(`  ${name.padEnd(14)} ${figures.map((figure) => String(figure).padStart(15)).join(' ')}`);
}

export const ns = (figure) => (figure >= 1e5 ? `${(figure / 1e6).toFixed(2)} ms` : `${figure.toFixed(0)} ns`);
export const times = (figure) => `${figure.toFixed(2)} x`;
