// The one message of this program, in both directions.

import { defineMessage, t } from '@ichor/serialization';

export const PingMessage = defineMessage('PingMessage', { sequence: t.uint() });
