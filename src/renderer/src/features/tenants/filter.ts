/** Finding a tenant by name, place or sign. */
import type { Workspace } from '@shared/ipc';

/** All words must occur; capitals and accents do not matter. */
export function filterWorkspaces(workspaces: readonly Workspace[], search: string): readonly Workspace[] {
  const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain(search).split(/\s+/).filter(Boolean);
  return workspaces.filter((workspace) => {
    const text = plain([workspace.name, workspace.place ?? '', workspace.sign, workspace.domain].join(' '));
    return words.every((word) => text.includes(word));
  });
}
