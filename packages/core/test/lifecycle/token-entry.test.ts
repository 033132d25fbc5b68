// The list of requests of a token against an array: trackers are told of them in the order of insertion (LC-182).
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TokenEntry, type RequestNode } from '../../src/lifecycle/token-entry.ts';

class Request implements RequestNode<Request> {
  list: object | undefined;
  previous: Request | undefined;
  next: Request | undefined;
  previousRequest: Request | undefined;
  nextRequest: Request | undefined;
}

it('keeps requests in the order in which they came, whatever leaves in between', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ adds: fc.boolean(), at: fc.nat() })), (steps) => {
      const entry = new TokenEntry<object, Request>();
      const model: Request[] = [];
      for (const { adds, at } of steps) {
        if (adds || model.length === 0) {
          const request = new Request();
          model.push(request);
          entry.addRequest(request);
        } else {
          const [request] = model.splice(at % model.length, 1);
          entry.deleteRequest(request as Request);
        }
        expect(entry.requests()).toEqual(model);
      }
    }),
  );
});
