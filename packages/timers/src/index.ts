// The public names of @ichor/timers.

export type {
  CreateTimerOptions,
  OverlapPolicy,
  StartOptions,
  Timer,
  TimerCallback,
  TimerOptions,
  TimerState,
} from './contract/timer.ts';
export { TimerFactory, type SleepOptions } from './contract/timer-factory.ts';
export { timerErrors } from './errors/catalogue.ts';
export type { Calendar } from './schedule/calendar-schedule.ts';
export type { CatchUpPolicy } from './schedule/schedule.ts';
export { SleepOver } from './service/sleep.ts';
export { TimerTick } from './service/timer.ts';
export { TimerService } from './service/timer-service.ts';
