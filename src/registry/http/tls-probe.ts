import tls from 'node:tls';

const PROBE_MS = 5000;
const NOT_TLS = /wrong version number|packet length too long|unknown protocol|http request/i;

/**
 * Does `hostname:port` speak TLS? Asked only of loopback, and only after an answer in plain http that a TLS server
 * gives too (400, or none). A certificate that is not acceptable is TLS all the same: it is refused later, by name.
 */
export function speaksTls(hostname: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tls.connect({ host: hostname, port, timeout: PROBE_MS });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('secureConnect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('close', () => end(false));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const beforeTls = error.syscall === 'connect' || error.code === 'ECONNRESET' || error.code === 'EPIPE';
      end(!beforeTls && !NOT_TLS.test(error.message));
    });
  });
}
