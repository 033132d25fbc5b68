// The public names of @ichor/http/testing.

export { engineSuite, type EngineCase, type UnmetCase } from './node/engine-suite.ts';
export { engineUnderTest, type EngineUnderTest, type StartedHost } from './node/engine-under-test.ts';
export { recordLog, type LoggedEntry } from './node/record-log.ts';
export { netUnmetCases, nodeHttpTlsUnmetCases, nodeHttpUnmetCases } from './node/unmet-cases.ts';
