// The public names that the tests of this folder use from two packages.

export { pause } from '@ichor/coroutines';
export * from '@ichor/core';
