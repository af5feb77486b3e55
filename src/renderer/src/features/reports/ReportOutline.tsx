/**
 * The sections of a report in their order. Arrows go from one to the next, Alt with an arrow moves it, and so does the mouse by its
 * grip; the box leaves a section out.
 */
import { Button, Checkbox } from '@mantine/core';
import { Icon } from '@renderer/components/Icon';
import { moveSection, placeSection, type ReportLayout, type SectionKey, sectionTitle } from '@shared/reports/layout';
import { type DragEvent, type KeyboardEvent, useState } from 'react';
import type { OwnBlock } from './ReportPage';
import css from './ReportTab.module.css';

interface Props {
  readonly layout: ReportLayout;
  readonly blocks: readonly OwnBlock[];
  readonly current: SectionKey;
  readonly writes: boolean;
  readonly onChoose: (key: SectionKey) => void;
  readonly onLayout: (layout: ReportLayout) => void;
  readonly onAdd: () => void;
}

export function ReportOutline({ layout, blocks, current, writes, onChoose, onLayout, onAdd }: Props) {
  const [dragged, setDragged] = useState<SectionKey | null>(null);
  const [over, setOver] = useState<SectionKey | null>(null);
  const onKey = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : null;
    if (by === null) return;
    event.preventDefault();
    if (event.altKey) {
      if (writes) onLayout(moveSection(layout, current, by));
      return;
    }
    const at = layout.sections.findIndex(({ key }) => key === current);
    const next = layout.sections[at + by];
    if (!next) return;
    onChoose(next.key);
    document.getElementById(`outline-${next.key}`)?.focus();
  };
  const drop = (event: DragEvent, at: SectionKey) => {
    event.preventDefault();
    if (dragged !== null && dragged !== at) onLayout(placeSection(layout, dragged, at));
    setDragged(null);
    setOver(null);
  };
  return (
    <nav className={css.outline} aria-label="Sections of the report">
      <h3>Sections</h3>
      <ul>
        {layout.sections.map(({ key, shown }) => {
          const title = sectionTitle(key, blocks);
          return (
            <li
              key={key}
              draggable={writes}
              data-over={(over === key && dragged !== key) || undefined}
              onDragStart={(event) => {
                event.dataTransfer.effectAllowed = 'move';
                setDragged(key);
                onChoose(key);
              }}
              onDragOver={(event) => {
                if (dragged === null) return;
                event.preventDefault();
                setOver(key);
              }}
              onDrop={(event) => drop(event, key)}
              onDragEnd={() => {
                setDragged(null);
                setOver(null);
              }}
            >
              {writes ? (
                <span className={css.grip} aria-hidden="true">
                  <Icon name="selector" size={14} />
                </span>
              ) : null}
              <button
                type="button"
                id={`outline-${key}`}
                className={css.entry}
                aria-current={key === current ? 'true' : undefined}
                data-hidden={!shown || undefined}
                onClick={() => onChoose(key)}
                onKeyDown={onKey}
              >
                {title}
              </button>
              {writes ? (
                <Checkbox
                  size="xs"
                  aria-label={`Print ${title}`}
                  checked={shown}
                  onChange={() =>
                    onLayout({
                      ...layout,
                      sections: layout.sections.map((section) =>
                        section.key === key ? { ...section, shown: !section.shown } : section,
                      ),
                    })
                  }
                />
              ) : null}
            </li>
          );
        })}
      </ul>
      {writes ? (
        <>
          <Button size="compact-sm" variant="default" leftSection={<Icon name="plus" size={14} />} onClick={onAdd}>
            Text block
          </Button>
          <p className={css.hint}>Alt and an arrow key move a section, and so does the mouse.</p>
        </>
      ) : null}
    </nav>
  );
}
