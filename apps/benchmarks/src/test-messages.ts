// The messages of the serializer workload (RB-50): the one that it sends over and over, and distinct ones of the same kind.

export interface TestMessage {
  readonly id: number;
  readonly val: string;
}

/** The message of RB-50. */
export const oneMessage: readonly TestMessage[] = [{ id: 20, val: 'five hundred' }];

const words = ['five', 'hundred', 'robots', 'wait', 'for', 'a', 'connection', 'to', 'the', 'dispatcher'];

/** 1,200 messages, no two alike: numbers of one to seven digits, texts of 4 to 33 characters. */
export function distinctMessages(): readonly TestMessage[] {
  return Array.from({ length: 1200 }, (_, index) => {
    const text = Array.from({ length: 1 + (index % 3) }, (_word, at) => words[(index + 3 * at) % words.length]);
    return { id: (index * 7919 * 7919) % 10 ** (1 + (index % 7)), val: `${text.join(' ')} ${index}` };
  });
}
