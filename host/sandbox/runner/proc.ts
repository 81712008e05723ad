/** What the kernel says of a process. Null where there is no `/proc`: the runner's own guard is left then. */
import { readFileSync, writeFileSync } from 'node:fs';

const statusMb = (pid: number, field: 'VmRSS' | 'VmData'): number | null => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const kb = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kb === undefined ? null : Number(kb) / 1024;
  } catch {
    return null;
  }
};

/** Resident memory in MB. */
export const residentMb = (pid: number): number | null => statusMb(pid, 'VmRSS');

/** The writable data segment in MB, which `RLIMIT_DATA` bounds. */
export const dataMb = (pid: number): number | null => statusMb(pid, 'VmData');

const TICKS_PER_SECOND = 100;

/** Processor time that the process has had, in ms (proc(5): utime and stime of stat, in ticks of 10 ms). */
export const processorMs = (pid: number): number | null => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
};

/** When the machine runs out of memory, the kernel takes this process before any other. */
export const offerToOomKiller = (pid: number): void => {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {}
};
