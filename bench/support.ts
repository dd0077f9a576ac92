import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The middle of the samples. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A Markdown table; the first column is text, the others numbers. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

/** Milliseconds as people read them. */
export function time(milliseconds: number): string {
  return milliseconds < 10_000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** `1.23 ×` */
export function ratio(value: number, base: number): string {
  return `${(value / base).toFixed(2)} ×`;
}

/** One process run to its end. */
export interface Measured {
  readonly status: number | null;
  /** wall clock, milliseconds */
  readonly duration: number;
  /** milliseconds until the first byte on stdout; null when there was none */
  readonly firstOutput: number | null;
  /** peak resident memory in bytes; a high-water mark read every 20 ms */
  readonly peak: number;
  readonly stderr: string;
}

export interface MeasureOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
  readonly watchMemory?: boolean;
}

/** Bound on every measured process, milliseconds. */
const LIMIT = 180_000;

/** The environment of measured processes: without what makes Node's start depend on the machine. */
export function cleanEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: '/nonexistent', DOCKER_CONFIG: '/nonexistent', ...more };
}

/** Runs and measures a command; what it prints is thrown away. */
export function measure(
  command: string,
  args: readonly string[],
  options: MeasureOptions = {},
): Promise<Measured> {
  const started = performance.now();
  const child = spawn(command, args, {
    env: options.env ?? cleanEnvironment(),
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let firstOutput: number | null = null;
  let stderr = '';
  let peak = 0;
  child.stdout.on('data', () => (firstOutput ??= performance.now() - started));
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4_000)));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const watch =
    options.watchMemory === true
      ? setInterval(() => (peak = Math.max(peak, highWaterMark(child.pid))), 20)
      : undefined;
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT);
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(limit);
      clearInterval(watch);
      resolve({ status, duration: performance.now() - started, firstOutput, peak, stderr });
    });
  });
}

/** As `measure`, but a status other than 0 is an error. */
export async function measureOk(
  command: string,
  args: readonly string[],
  options: MeasureOptions = {},
): Promise<Measured> {
  const measured = await measure(command, args, options);
  if (measured.status !== 0) {
    throw new Error(
      `${command} ${args.slice(0, 6).join(' ')}: ${String(measured.status)}\n${measured.stderr}`,
    );
  }
  return measured;
}

function highWaterMark(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // already gone
  }
}
