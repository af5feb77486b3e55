/** What a test led to: its findings with their actions, and the way to raise another. */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { DateText } from '@renderer/components/DateText';
import { Icon } from '@renderer/components/Icon';
import { OptionPill } from '@renderer/components/Pill';
import { ACTION_STATUS, FINDING_KIND, FINDING_STATUS, SEVERITY } from '@shared/entities/auditops/options';
import type { Workpaper } from '@shared/wire/audits';
import { Link } from 'react-router';
import css from './FindingsOfTest.module.css';

export function FindingsOfTest({ paper, onRaise }: { readonly paper: Workpaper; readonly onRaise: (() => void) | null }) {
  return (
    <Card
      title="Findings"
      note={paper.findings.length === 0 ? 'none from this test' : undefined}
      flush
      actions={
        onRaise ? (
          <Button variant="transparent" leftSection={<Icon name="plus" size={14} />} onClick={onRaise}>
            Raise a finding
          </Button>
        ) : undefined
      }
    >
      {paper.findings.length === 0 ? null : (
        <ul className={css.findings}>
          {paper.findings.map((finding) => (
            <li key={finding.id}>
              <div className={css.line}>
                <Link to={`/r/findings/${finding.id}`} className={css.ref}>
                  {finding.ref}
                </Link>
                <span className={css.title}>{finding.title}</span>
                <OptionPill options={FINDING_KIND} value={finding.kind} />
                <OptionPill options={SEVERITY} value={finding.severity} />
                <OptionPill options={FINDING_STATUS} value={finding.status} bare />
                <DateText date={finding.dueDate} due empty="No date" />
              </div>
              {finding.actions.map((action) => (
                <div key={action.id} className={css.action}>
                  <Icon name="checkbox" size={14} />
                  <Link to={`/r/actions/${action.id}`} className={css.ref}>
                    {action.ref}
                  </Link>
                  <span className={css.title}>{action.title}</span>
                  <OptionPill options={ACTION_STATUS} value={action.status} bare />
                  <DateText date={action.dueDate} due empty="No date" />
                </div>
              ))}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
