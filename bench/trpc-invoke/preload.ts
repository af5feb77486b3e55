/** The workstation's own bridge, and beside it the bare `invoke` that it is held against. */
import '../../src/preload/index';
import { contextBridge, ipcRenderer } from 'electron';
import { BENCH_CHANNELS, type BenchBridge, CALLS } from './channels';

const bench: BenchBridge = {
  raw: () => ipcRenderer.invoke(BENCH_CHANNELS.raw),
  async inside() {
    const started = performance.now();
    for (let call = 0; call < CALLS; call++) await ipcRenderer.invoke(BENCH_CHANNELS.raw);
    return (performance.now() - started) / CALLS;
  },
  done: (outcome) => ipcRenderer.send(BENCH_CHANNELS.done, outcome),
};

contextBridge.exposeInMainWorld('bench', bench);
