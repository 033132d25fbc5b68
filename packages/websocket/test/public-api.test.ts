// The names this package exports: changing the list is changing the API.

import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('exports exactly these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'WebSocketChange',
    'WebSocketClient',
    'WebSocketClientService',
    'WebSocketConnection',
    'WebSocketHost',
    'WebSocketHostService',
    'WebSocketMessageWork',
    'WebSocketOpen',
    'isSendableCloseCode',
    'webSocketErrors',
  ]);
});
