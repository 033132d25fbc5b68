// Cycles of a directed graph, each reported once with its exact path. Used for files and for packages.

/**
 * One shortest cycle of every strongly connected component, as a path that ends where it began.
 *
 * @param {ReadonlyMap<string, Iterable<string>>} graph
 * @returns {string[][]}
 */
export function cyclesOf(graph) {
  return components(graph).flatMap((component) => {
    const inside = new Set(component);
    const start = component.toSorted()[0] ?? '';
    const path = pathBack(graph, inside, start);
    return path === undefined ? [] : [path];
  });
}

/** Breadth first from `start` through `inside` until `start` is reached again. */
function pathBack(
  /** @type {ReadonlyMap<string, Iterable<string>>} */ graph,
  /** @type {ReadonlySet<string>} */ inside,
  /** @type {string} */ start,
) {
  /** @type {Map<string, string>} */
  const cameFrom = new Map();
  const waiting = [start];
  for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) {
        const path = [start];
        for (let at = /** @type {string | undefined} */ (node); at !== undefined; at = cameFrom.get(at))
          path.unshift(at);
        return path;
      }
      if (inside.has(next) && !cameFrom.has(next)) {
        cameFrom.set(next, node);
        waiting.push(next);
      }
    }
  }
  return undefined;
}

/** Strongly connected components (R. Tarjan, Depth-first search and linear graph algorithms, 1972). */
function components(/** @type {ReadonlyMap<string, Iterable<string>>} */ graph) {
  /** @type {Map<string, { index: number, low: number, onStack: boolean }>} */
  const seen = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @type {string[][]} */
  const found = [];

  /** @param {string} node */
  function enter(node) {
    const state = { index: seen.size, low: seen.size, onStack: true };
    seen.set(node, state);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      const known = seen.get(next) ?? enter(next);
      if (known.onStack) state.low = Math.min(state.low, known.low);
    }
    if (state.low === state.index) {
      const component = stack.splice(stack.lastIndexOf(node));
      for (const member of component) {
        const its = seen.get(member);
        if (its !== undefined) its.onStack = false;
      }
      found.push(component);
    }
    return state;
  }

  for (const node of graph.keys()) if (!seen.has(node)) enter(node);
  return found;
}
