/** The shared parts: a state always has shape and word, an error always has a code to copy, a hash can be compared. */
// @vitest-environment happy-dom
import { ENTITY_NAMES, entityOf } from '@shared/entities/registry';
import { act } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CodedClientError } from '../lib/errors';
import { type Drawn, draw } from '../lib/testing/render';
import { initialsOf } from './Avatar';
import { DateText, dueWords } from './DateText';
import { ErrorState, supportLine } from './ErrorState';
import { shortHash } from './HashText';
import { ICONS } from './icons';
import { KeyCap } from './KeyCap';
import { OptionPill, Pill } from './Pill';
import { ProgressBar } from './ProgressBar';
import { SegmentedResult } from './SegmentedResult';
import { TenantBlock, tenantKind } from './TenantMark';

let drawn: Drawn | null = null;
const show = async (node: React.ReactNode) => {
  drawn = await draw(node);
  return drawn.container;
};
afterEach(async () => {
  await drawn?.remove();
  drawn = null;
});

describe('icons', () => {
  it('has a drawing for every icon and shape that a definition names', () => {
    const named = ENTITY_NAMES.flatMap((name) => {
      const entity = entityOf(name);
      const shapes = Object.values(entity.fields).flatMap((field) => (field.options ?? []).map((option) => option.shape));
      return [entity.icon, ...shapes];
    }).filter((name) => name !== undefined);
    expect(named.filter((name) => !Object.hasOwn(ICONS, name))).toEqual([]);
  });
});

describe('Pill', () => {
  it('shows shape and word, with the tone beside them', async () => {
    const container = await show(<Pill word="Degraded" tone="attention" shape="trend-down" />);
    const pill = container.querySelector('[data-tone="attention"]');
    expect(pill?.textContent).toBe('Degraded');
    expect(pill?.querySelector('svg')).not.toBeNull();
  });

  it('draws a level on the ramp, and never bare', async () => {
    const container = await show(<Pill word="Critical" level="critical" bare />);
    const pill = container.querySelector('[data-tone="critical"]');
    expect(pill).not.toBeNull();
    expect(pill?.hasAttribute('data-bare')).toBe(false);
  });

  it('shows the option of a value, text where it has no tone, nothing where there is no value', async () => {
    const options = [
      { value: 'open', label: 'Open', tone: 'bad' },
      { value: 'law', label: 'Law' },
    ] as const;
    const container = await show(
      <>
        <OptionPill options={options} value="open" />
        <OptionPill options={options} value="law" />
        <OptionPill options={options} value="from-a-newer-version" />
        <OptionPill options={options} value={null} />
      </>,
    );
    expect(container.querySelectorAll('[data-tone]')).toHaveLength(1);
    expect(container.textContent).toContain('OpenLawfrom-a-newer-version');
  });
});

describe('ErrorState', () => {
  const failure = new CodedClientError({
    code: 'SERVER_CLOSED',
    details: { sqlState: '08006', reference: '0193-7f41' },
    faults: [],
  });

  it('says what happened, what is safe, what to do, and the code', async () => {
    const retry = vi.fn();
    const container = await show(<ErrorState error={failure} onRetry={retry} />);
    expect(container.querySelector('[data-code="SERVER_CLOSED"]')).not.toBeNull();
    expect(container.querySelector('h2')?.textContent).not.toBe('');
    expect(container.textContent).toContain('Your work is safe.');
    expect(container.textContent).toContain('SERVER-CLOSED · 08006 · 0193-7f41');
    const button = [...container.querySelectorAll('button')].find((one) => one.textContent?.includes('Try again'));
    await act(async () => button?.click());
    expect(retry).toHaveBeenCalledOnce();
  });

  it('offers no second try where there is none, and gives nothing of a stray error away', async () => {
    const container = await show(<ErrorState error={new Error('password=hunter2')} />);
    expect(container.textContent).not.toContain('hunter2');
    expect(container.textContent).not.toContain('Try again R');
    expect(supportLine(new Error('password=hunter2'))).toBe('INTERNAL');
  });
});

describe('dates', () => {
  it('are late, soon or plain only where something is due', async () => {
    const container = await show(
      <>
        <DateText date="2026-11-20" due today="2026-11-23" />
        <DateText date="2026-11-27" due today="2026-11-23" />
        <DateText date="2027-02-02" due today="2026-11-23" />
        <DateText date="2026-11-20" today="2026-11-23" />
        <DateText date={null} />
      </>,
    );
    const tones = [...container.querySelectorAll('time')].map((time) => time.dataset.tone);
    expect(tones).toEqual(['late', 'soon', 'plain', 'plain']);
    expect(container.textContent).toContain('Not planned');
  });

  it('have words for the days that are left', () => {
    expect(
      ['2026-11-20', '2026-11-22', '2026-11-23', '2026-11-24', '2026-11-30'].map((date) => dueWords(date, '2026-11-23')),
    ).toEqual(['3 days late', '1 day late', 'today', 'tomorrow', 'in 7 days']);
  });
});

describe('small parts', () => {
  it('shorten a hash to what people compare', () => {
    expect(shortHash(`9f3c${'0'.repeat(56)}e1a8`)).toBe('9f3c…e1a8');
    expect(shortHash('abc')).toBe('abc');
  });

  it('make initials of any name', () => {
    expect(['Mira Aldenhoff', 'Noor van Dijk', 'Östra', '  ', 'ß'].map(initialsOf)).toEqual(['MA', 'ND', 'ÖS', '?', 'SS']);
  });

  it('draw a cap a key, and one for all inside a button', async () => {
    const container = await show(
      <>
        <KeyCap keys="Ctrl+Shift+T" />
        <KeyCap keys="Ctrl+K" joined />
        <KeyCap keys="G C" />
      </>,
    );
    expect([...container.querySelectorAll('kbd')].map((cap) => cap.textContent)).toEqual([
      'Ctrl',
      'Shift',
      'T',
      'Ctrl K',
      'G',
      'C',
    ]);
  });

  it('draw only parts that are there, as shares of the whole', async () => {
    const container = await show(
      <ProgressBar
        label="2 of 4 tested"
        total={4}
        parts={[
          { key: 'e', look: 'effective', value: 2 },
          { key: 'p', look: 'partial', value: 0 },
        ]}
      />,
    );
    const bar = container.querySelector('[role="img"]');
    expect(bar?.getAttribute('aria-label')).toBe('2 of 4 tested');
    expect(bar?.children).toHaveLength(1);
    expect(bar?.firstElementChild?.getAttribute('style')).toContain('50%');
  });

  it('choose nothing until somebody chooses', async () => {
    const chosen = vi.fn();
    const options = [
      { value: 'effective', label: 'Effective' },
      { value: 'ineffective', label: 'Ineffective' },
    ];
    const container = await show(
      <SegmentedResult label="Design effectiveness" options={options} value={null} onChange={chosen} />,
    );
    expect(container.querySelectorAll('input:checked')).toHaveLength(0);
    await act(async () => container.querySelector<HTMLInputElement>('input[value="ineffective"]')?.click());
    expect(chosen).toHaveBeenCalledWith('ineffective');
  });

  it('name the tenant and its kind, and no tenant where none is open', async () => {
    const training = {
      name: 'Nordhaven Bank AG',
      kind: 'training',
      place: null,
      sign: 'NB',
      colour: 'plum',
      weave: 'plain',
    } as const;
    expect(tenantKind(training)).toBe('Training, made-up data');
    const container = await show(
      <>
        <TenantBlock tenant={training} onSwitch={() => undefined} />
        <TenantBlock tenant={null} />
      </>,
    );
    expect(container.querySelector('button')?.textContent).toContain('Nordhaven Bank AGTraining, made-up data');
    expect(container.textContent).toContain('No tenant is open');
  });
});
