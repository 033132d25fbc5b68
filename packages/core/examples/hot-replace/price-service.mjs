// The service that is exchanged. It imports nothing of the program, so that a new version brings along nothing but itself.

export const version = 1;

export class PriceService {
  static dependencies = {};

  /** @param {string} item */
  priceOf(item) {
    return item.length * version;
  }
}
