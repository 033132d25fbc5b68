// What it costs to make a generator function inside a hot loop, and how native yield* nesting costs per level.
// Run: node packages/coroutines/bench/closures.mjs

import { AutoResetEvent, task } from '../dist/index.js';

const count = 1_000_000;

function time(label, measured) {
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const started = process.hrtime.bigint();
    measured();
    best = Math.min(best, Number(process.hrtime.bigint() - started) / count);
  }
  console.log(`${label.padEnd(60)} ${best.toFixed(1).padStart(8)} ns`);
}

function* hoisted(value) {
  return value;
}

time('generator of a hoisted function*', () => {
  for (let i = 0; i < count; i++) hoisted(i).next();
});
time('generator of a function* made in the loop', () => {
  for (let i = 0; i < count; i++) {
    const closure = function* () {
      return i;
    };
    closure().next();
  }
});
time('an arrow function around the hoisted one, made in the loop', () => {
  for (let i = 0; i < count; i++) {
    const closure = () => hoisted(i);
    closure().next();
  }
});

for (const levels of [1, 4, 16, 64]) {
  const event = new AutoResetEvent();
  function* nest(level) {
    if (level > 1) {
      yield* nest(level - 1);
      return;
    }
    for (;;) yield* event.wait();
  }
  const running = task(() => nest(levels)).start();
  time(`resume through ${levels} levels of native yield*`, () => {
    for (let i = 0; i < count; i++) event.set();
  });
  running.cancel();
}

let depth = 1000;
try {
  for (; ; depth += 100) {
    function* nest(level) {
      if (level > 0) yield* nest(level - 1);
    }
    nest(depth).next();
  }
} catch {
  console.log(`native yield* nesting overflows the stack at about ${depth} levels`);
}
