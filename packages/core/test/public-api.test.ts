// The public names: changing them changes what users rely on.
import { expect, test } from 'vitest';
import * as core from '../src/index.ts';
import * as testing from '../src/testing/index.ts';

test('@ichor/core has exactly these public names', () => {
  expect(Object.keys(core).sort()).toEqual([
    'AddTracker',
    'CommunicationChannel',
    'Continue',
    'DependencyManager',
    'DependencyOffline',
    'DependencyOnline',
    'EventStatistics',
    'EventStatisticsService',
    'FrameworkLogger',
    'IchorError',
    'InsertService',
    'Logger',
    'ManagerJoined',
    'ManagerLeft',
    'PriorityQueue',
    'Queue',
    'Quit',
    'RemoveService',
    'RequestDependency',
    'RunFunction',
    'ServiceContext',
    'StartService',
    'StopService',
    'UndoDependencyRequest',
    'answer',
    'coreErrors',
    'defineEvent',
    'defineQuestion',
    'defineService',
    'defineWork',
    'errorsOf',
    'forConsumer',
    'inspectService',
    'many',
    'nullLogger',
    'optional',
    'redactSecrets',
    'required',
    'toDot',
    'toMermaid',
    'token',
  ]);
});

test('@ichor/core/testing has exactly these public names', () => {
  expect(Object.keys(testing).sort()).toEqual([
    'EventTrace',
    'SteppedHost',
    'TestManager',
    'VirtualClock',
    'assertNoLeaks',
    'emptyEventRow',
    'eventQueueCases',
    'heldResources',
    'leaks',
    'provideFake',
    'seededRandom',
    'testManager',
    'traceEvents',
  ]);
});
