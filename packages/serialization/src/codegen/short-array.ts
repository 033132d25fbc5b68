// Arrays of unknown length in generated readers. An array that grows out of an empty one gets room for 17 items at once,
// most of which is waste where arrays are short: so the first items are kept in variables, and become an array of just that size.

const most = 4;
const names = Array.from({ length: most - 1 }, (_, index) => `item${index}`);

/** Declares `values`, which will be the array, and the variables behind it. */
export const declareItems = `let values, ${names.join(', ')};`;

/** A statement that adds `value` as the item of index `i`. */
export function addItem(i: string): string {
  const keep = names.map((name, index) => `else if (${i} === ${index}) ${name} = value;`);
  return `if (${i} >= ${most}) values.push(value); ${keep.join(' ')} else values = [${names.join(', ')}, value];`;
}

/** A statement that makes the array when it has so few items that it was not made yet. */
export function finishItems(count: string): string {
  const arrays = names.map((_, index) => `${count} === ${index + 1} ? [${names.slice(0, index + 1).join(', ')}]`);
  return `if (${count} < ${most}) values = ${arrays.join(' : ')} : [];`;
}
