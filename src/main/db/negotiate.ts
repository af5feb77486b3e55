/**
 * The first words with a server, without anybody's password: is somebody there, does it speak PostgreSQL, does it speak TLS, and
 * whose certificate does it show. `pg` answers these only in English sentences; here they are facts.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import { CodedError } from '@shared/errors';
import { toCodedError } from './errors';
import { type ServerTarget, tlsOptions } from './target';

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

export interface Reached {
  readonly socket: Socket;
  /** Time until the connection stood, milliseconds. */
  readonly connectMs: number;
  readonly address: string;
}

/** Opens a TCP (or Unix) connection. Rejects with SERVER_UNREACHABLE, SERVER_TIMEOUT or HOST_UNKNOWN. */
export function reach(target: Pick<ServerTarget, 'host' | 'port'>, timeoutMs: number): Promise<Reached> {
  const began = performance.now();
  const socket = target.host.startsWith('/')
    ? connectTcp(join(target.host, `.s.PGSQL.${target.port}`))
    : connectTcp({ host: target.host, port: target.port });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new CodedError('SERVER_TIMEOUT', { host: target.host })), timeoutMs);
    const fail = (error: CodedError) => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    socket.once('error', (error) => fail(withHost(toCodedError(error), target.host)));
    socket.once('connect', () => {
      clearTimeout(timer);
      // From here on whoever reads or writes hears of an error; nobody listening for a moment must not end the process.
      socket.on('error', () => undefined);
      resolve({ socket, connectMs: performance.now() - began, address: socket.remoteAddress ?? target.host });
    });
  });
}

function withHost(error: CodedError, host: string): CodedError {
  return new CodedError(error.code, { ...error.details, host }, { cause: error });
}

/** The facts of a certificate that a sentence about trust needs. */
function certificateFacts(certificate: PeerCertificate): Record<string, string | readonly string[]> {
  const names = (certificate.subjectaltname ?? '')
    .split(', ')
    .filter((name) => name !== '')
    .map((name) => name.replace(/^(DNS|IP Address):/, ''));
  const commonName = certificate.subject?.CN;
  const issuer = certificate.issuer?.CN;
  return {
    names: names.length > 0 ? names : commonName ? [String(commonName)] : [],
    ...(issuer ? { issuer: String(issuer) } : {}),
    ...(certificate.valid_from ? { validFrom: isoDate(certificate.valid_from) } : {}),
    ...(certificate.valid_to ? { validTo: isoDate(certificate.valid_to) } : {}),
  };
}

function isoDate(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString().slice(0, 10);
}

/** Asks for TLS on an open connection and judges the certificate by the target's mode. Resolves with a word about the cipher. */
export async function negotiateTls(target: ServerTarget, socket: Socket, timeoutMs: number): Promise<string> {
  const options = await tlsOptions(target);
  if (options === false) return 'off';
  const timer = setTimeout(() => socket.destroy(new CodedError('SERVER_TIMEOUT', { host: target.host, step: 'tls' })), timeoutMs);
  try {
    const answer = await firstByte(socket, target.host);
    if (answer === 'N') throw new CodedError('TLS_UNSUPPORTED', { host: target.host });
    if (answer !== 'S') throw new CodedError('SERVER_UNREACHABLE', { host: target.host, reason: 'no PostgreSQL' });
    // Taken first and judged afterwards, so that a refusal can name what the certificate says.
    const secure = await handshake(target, socket, options);
    const refusal = secure.authorizationError;
    if (target.tls.mode !== 'require' && refusal) throw refused(target.host, refusal, secure.getPeerCertificate());
    const cipher = `${secure.getProtocol() ?? 'TLS'}, ${secure.getCipher().standardName}`;
    secure.destroy();
    return cipher;
  } catch (error) {
    socket.destroy();
    throw withHost(toCodedError(error), target.host);
  } finally {
    clearTimeout(timer);
  }
}

function firstByte(socket: Socket, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new CodedError('SERVER_CLOSED', { host, step: 'tls' }));
    socket.once('error', reject);
    socket.once('close', closed);
    socket.once('data', (bytes) => {
      socket.off('error', reject);
      socket.off('close', closed);
      resolve(bytes.toString('latin1', 0, 1));
    });
    socket.write(SSL_REQUEST);
  });
}

function handshake(target: ServerTarget, socket: Socket, options: object): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      ...options,
      socket,
      host: target.host,
      ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
      rejectUnauthorized: false,
    });
    secure.once('error', reject);
    secure.once('close', () => reject(new CodedError('SERVER_CLOSED', { host: target.host, step: 'tls' })));
    secure.once('secureConnect', () => {
      secure.removeAllListeners('close');
      resolve(secure);
    });
  });
}

/** Node types the refusal as an Error; it is the code's text. */
function refused(host: string, refusal: Error | string, certificate: PeerCertificate): CodedError {
  const reason = typeof refusal === 'string' ? refusal : refusal.message;
  const facts = certificateFacts(certificate);
  const code = toCodedError({ code: reason }).code;
  return new CodedError(code === 'TLS_NAME_MISMATCH' ? code : 'TLS_UNTRUSTED', { ...facts, host, reason });
}
