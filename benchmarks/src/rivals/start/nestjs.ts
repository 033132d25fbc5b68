// NestJS: an application context without a web server, two providers per service with explicit tokens, its lifecycle hooks, close().

// oxlint-disable-next-line import/no-unassigned-import -- a polyfill that the library asks for
import 'reflect-metadata';
import type { OnModuleDestroy, Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Rival } from '../../rival.ts';
import { Log, StartedService } from './started-service.ts';

class NestService extends StartedService implements OnModuleDestroy {
  onModuleDestroy(): void {
    this.stop();
  }
}

class AppModule {}

export const run: Rival = async (count) => {
  const facts = { started: 0, stopped: 0 };
  const providers = Array.from({ length: count }, (_, index): Provider[] => [
    { provide: `log${index}`, useFactory: () => new Log() },
    { provide: `service${index}`, useFactory: (log: Log) => new NestService(log, facts), inject: [`log${index}`] },
  ]).flat();
  const context = await NestFactory.createApplicationContext({ module: AppModule, providers }, { logger: false });
  await context.close();
  return { facts };
};
