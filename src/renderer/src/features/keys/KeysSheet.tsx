/** Every key that is heard here and now, by group; and the switch for single letters. */
import { Switch } from '@mantine/core';
import { useState } from 'react';
import { DialogFrame } from '../../components/DialogFrame';
import { KeyCap } from '../../components/KeyCap';
import { saveSettings, useSettings } from '../../lib/settings';
import { keysOf, type ShortcutGroup, shortcuts } from '../../lib/shortcuts';
import { useShortcuts } from '../../lib/use-shortcuts';
import css from './KeysSheet.module.css';

/** Groups of the same name as one, the screen's own first, the window's last. */
export function sheetOf(
  groups: readonly ShortcutGroup[],
): readonly { readonly name: string; readonly rows: readonly { keys: readonly string[]; label: string }[] }[] {
  const byName = new Map<string, { keys: readonly string[]; label: string }[]>();
  for (const group of groups) {
    const rows = byName.get(group.name) ?? [];
    for (const shortcut of group.shortcuts) {
      if (shortcut.enabled !== false) rows.push({ keys: keysOf(shortcut), label: shortcut.label });
    }
    byName.set(group.name, rows);
  }
  const rank = (name: string) => (name === 'Go' ? 2 : name === 'Everywhere' ? 1 : 0);
  return [...byName]
    .filter(([, rows]) => rows.length > 0)
    .sort((a, b) => rank(a[0]) - rank(b[0]))
    .map(([name, rows]) => ({ name, rows }));
}

function CloseKey({ onClose }: { readonly onClose: () => void }) {
  useShortcuts('This sheet', [{ keys: '?', label: 'Close', run: onClose }]);
  return null;
}

export function KeysSheet({ onClose }: { readonly onClose: () => void }) {
  // what was heard when the sheet was opened; its own layer covers it from then on
  const [groups] = useState(() => sheetOf(shortcuts.active()));
  const { singleKeys } = useSettings();
  return (
    <DialogFrame opened onClose={onClose} title="All keys" size={720}>
      <CloseKey onClose={onClose} />
      <div className={css.groups} tabIndex={-1} data-autofocus data-pane="Keys">
        {groups.map((group) => (
          <section key={group.name} className={css.group}>
            <h3 className={css.name}>{group.name}</h3>
            <dl className={css.rows}>
              {group.rows.map((row) => (
                <div key={`${row.label}-${row.keys.join()}`} className={css.row}>
                  <dt>{row.label}</dt>
                  <dd>
                    {row.keys.map((keys) => (
                      <KeyCap key={keys} keys={keys} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <div className={css.foot}>
        <Switch
          label="Single letters as short cuts. They rest while you type; switch them off if you speak your input."
          checked={singleKeys}
          onChange={(event) => void saveSettings({ singleKeys: event.currentTarget.checked })}
        />
      </div>
    </DialogFrame>
  );
}
