// The public names of @ichor/logging.

export { LogSink, type LogRecord } from './contract/log-sink.ts';
export { logErrors } from './errors/catalogue.ts';
export { formatHuman, type HumanFormat } from './format/human-line.ts';
export { formatJson } from './format/json-line.ts';
export { ConsoleSink, type ConsoleSinkOptions } from './node/console-sink.ts';
export type { LineStream } from './node/stream-output.ts';
export { FrameworkLoggerService } from './service/framework-logger-service.ts';
export { LoggerFactory, type LoggerInfo } from './service/logger-factory.ts';
export type { LoggingOptions } from './service/logging-options.ts';
export type { SinkStatus } from './sinks/guarded-sink.ts';
export { MemorySink, type MemorySinkOptions } from './sinks/memory-sink.ts';
export { NullSink } from './sinks/null-sink.ts';
