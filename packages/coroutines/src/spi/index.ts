// For packages that run coroutines on a loop of their own, such as @ichor/core: the driver and what decides about resumption.

export { asyncReleases, currentScheduler, enterScheduler } from '../driver/current-scheduler.ts';
export { startCoroutine } from '../driver/frame.ts';
export { inlineScheduler } from '../driver/inline-scheduler.ts';
export { isCoroutine } from '../driver/is-coroutine.ts';
export { recordStartTraces, type StartTraces } from '../driver/start-trace.ts';
export { nothing, passed, Wait } from '../driver/wait.ts';
export { WaitList } from '../driver/wait-list.ts';
export { startTask, type StartTaskOptions, type TaskRoutine } from '../driver/task.ts';
