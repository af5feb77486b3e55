/** What tests and benches use of this folder. */
export { createTestDatabase, embeddedFolder, type TestDatabase, testKinds } from './databases';
export { startTcpProxy, type TcpProxy } from './tcp-proxy';
