// A certificate authority of a few days and a server certificate from it, so that the
// tests can try every TLS mode, good and bad, without anything from outside.
import { chmodSync, chownSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';

const days = '30';
const remedy = 'Install openssl (Debian: sudo apt-get install openssl).';

/**
 * Makes ca.crt, server.crt and server.key in `folder` for 127.0.0.1 and localhost.
 * @returns {Promise<{caFile: string, certFile: string, keyFile: string}>}
 */
export async function makeCertificates(folder, account) {
  const at = (name) => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const openssl = (name, args) => run('openssl', args, { name: `openssl-${name}`, cwd: folder, remedy });
  writeFileSync(
    at('server.ext'),
    'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n',
  );
  await openssl('ca', [
    'req',
    '-x509',
    ...key,
    '-days',
    days,
    '-subj',
    '/CN=KOMPL test authority',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
  ]);
  await openssl('request', [
    'req',
    '-new',
    ...key,
    '-subj',
    '/CN=localhost',
    '-keyout',
    at('server.key'),
    '-out',
    at('server.csr'),
  ]);
  await openssl('sign', [
    'x509',
    '-req',
    '-in',
    at('server.csr'),
    '-CA',
    at('ca.crt'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    days,
    '-extfile',
    at('server.ext'),
    '-out',
    at('server.crt'),
  ]);
  rmSync(at('ca.key')); // nobody needs to sign anything more
  chmodSync(at('server.key'), 0o600); // PostgreSQL refuses a key that others can read
  if (account.uid !== undefined)
    for (const name of ['server.key', 'server.crt', 'ca.crt']) chownSync(at(name), account.uid, account.gid);
  return { caFile: at('ca.crt'), certFile: at('server.crt'), keyFile: at('server.key') };
}
