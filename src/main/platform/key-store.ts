/**
 * The operating system's key store, through Electron. Null where it only pretends: on Linux without a keyring, Electron would
 * "encrypt" under a password that everybody knows.
 */
import { safeStorage } from 'electron';
import type { SecretStore } from '../trail/embedded-sealer';

/** Asked when a secret is kept or opened, never at the start: the first use may open a dialog of the system. */
export function keyStore(): SecretStore {
  return {
    protect: (text) => (isTrustworthy() ? safeStorage.encryptString(text) : null),
    reveal: (bytes) => safeStorage.decryptString(bytes),
  };
}

function isTrustworthy(): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false;
  // Electron 25 knows the function too, on Linux only.
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text';
}
