/** JSON logs through pino; pretty on a terminal. Secrets never reach a logger: nobody who holds one logs its object. */
import { type Logger, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';

export type { Logger } from 'pino';

export type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

const LEVELS = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error' } as const;

export interface LoggerOptions {
  level: LogLevel;
  pretty: boolean;
  /** Where lines go; standard output by default. */
  destination?: { write(line: string): void };
}

export const createLogger = ({ level, pretty, destination }: LoggerOptions): Logger => {
  const options = {
    level: LEVELS[level],
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (destination) return pino(options, destination);
  // In this thread, not in a worker: the last lines before an exit must not be lost.
  return pretty
    ? pino(options, PinoPretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', sync: true }))
    : pino(options, pino.destination({ sync: false, minLength: 0 }));
};
