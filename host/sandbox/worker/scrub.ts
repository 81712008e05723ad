/** Takes from the worker's own realm what leads out of it, before any plugin text is there. */
import Module from 'node:module';

/**
 * `stdout`, `stderr`, `nextTick`, `emit` and Node's own symbols stay: Node itself fails without them. A list of
 * what goes, not of what stays, for that reason; the realm's lock is what a plugin meets first.
 */
const PROCESS_POWERS = [
  ...['binding', '_linkedBinding', 'dlopen', 'getBuiltinModule', 'mainModule', 'moduleLoadList', 'loadEnvFile'],
  ...['kill', '_kill', 'abort', 'exit', 'reallyExit', '_debugProcess', '_debugEnd', '_startProfilerIdleNotifier'],
  ...['chdir', 'cwd', 'umask', 'setuid', 'setgid', 'seteuid', 'setegid', 'setgroups', 'initgroups'],
  ...['env', 'argv', 'argv0', 'execArgv', 'execPath', 'title', 'config', 'release', 'versions', 'features'],
  ...['pid', 'ppid', 'arch', 'platform', 'debugPort', 'report', 'permission', 'stdin', 'openStdin', '_rawDebug'],
  ...['cpuUsage', 'resourceUsage', 'memoryUsage', 'constrainedMemory', 'availableMemory', 'hrtime', 'uptime'],
  ...['getActiveResourcesInfo', '_getActiveHandles', '_getActiveRequests', 'setUncaughtExceptionCaptureCallback'],
  ...['setSourceMapsEnabled', 'emitWarning'],
];

interface ModuleInternals {
  _load: unknown;
  _cache: unknown;
  prototype: { require: unknown };
}

export const scrubProcess = (): void => {
  const closed = () => {
    throw new Error('module loading is closed');
  };
  const internals = Module as unknown as ModuleInternals;
  internals._load = closed;
  internals._cache = Object.create(null);
  internals.prototype.require = closed;
  for (const name of PROCESS_POWERS) Reflect.deleteProperty(process, name);
};
