/**
 * The Mantine theme in the measures of LOOK.md. Colours live in tokens.css; here Mantine's own variables are pointed at them, so
 * that a Mantine component and one of ours can never show different blues.
 */
import {
  ActionIcon,
  Button,
  Checkbox,
  CloseButton,
  Combobox,
  type CSSVariablesResolver,
  createTheme,
  Input,
  InputWrapper,
  type MantineColorsTuple,
  Menu,
  Modal,
  Popover,
  Radio,
  SegmentedControl,
  Select,
  Switch,
  Tabs,
  Textarea,
  Tooltip,
  type VariantColorsResolver,
} from '@mantine/core';
import css from './mantine.module.css';

/** One blue, from tint to deep; Mantine wants ten shades even where only the sixth is used. */
const action: MantineColorsTuple = [
  '#e7effb',
  '#cfdff7',
  '#a9c5f0',
  '#8db5f7',
  '#5590e8',
  '#2f6fd0',
  '#1d5bbf',
  '#184ea6',
  '#14428c',
  '#0f3370',
];

/** The five faces of a button: filled (do it), default (beside it), subtle (quiet), transparent (a link), each also in `bad`. */
const variantColorResolver: VariantColorsResolver = ({ color, variant }) => {
  const bad = color === 'bad';
  switch (variant) {
    case 'filled':
      return {
        background: bad ? 'var(--k-bad-solid)' : 'var(--k-action)',
        hover: bad ? 'var(--k-bad-text)' : 'var(--k-action-hover)',
        color: bad ? 'var(--k-on-solid)' : 'var(--k-on-action)',
        border: '1px solid transparent',
      };
    case 'subtle':
      return {
        background: 'transparent',
        hover: 'var(--k-hover)',
        color: bad ? 'var(--k-bad-text)' : 'var(--k-second)',
        border: '1px solid transparent',
      };
    case 'transparent':
      return {
        background: 'transparent',
        hover: 'transparent',
        color: bad ? 'var(--k-bad-text)' : 'var(--k-action-text)',
        border: '1px solid transparent',
      };
    case 'light':
      return {
        background: bad ? 'var(--k-bad-tint)' : 'var(--k-action-tint)',
        hover: bad ? 'var(--k-bad-tint)' : 'var(--k-action-tint)',
        color: bad ? 'var(--k-bad-text)' : 'var(--k-action-text)',
        border: '1px solid transparent',
      };
    default:
      return {
        background: 'var(--k-surface)',
        hover: 'var(--k-hover)',
        color: bad ? 'var(--k-bad-text)' : 'var(--k-text)',
        border: '1px solid var(--k-line-strong)',
      };
  }
};

/** `sm` is the page's 28, `md` the form's 30, `lg` the dialog's 32. */
const HEIGHTS: Readonly<Record<string, string>> = { xs: '24px', sm: '28px', md: '30px', lg: '32px', xl: '34px' };

const heightOf = (size: unknown): string => (typeof size === 'string' ? (HEIGHTS[size] ?? '28px') : '28px');

const field = {
  input: css.input,
  section: css.section,
};
const wrapper = { label: css.label, required: css.required, description: css.description, error: css.error };
const noMotion = { transitionProps: { duration: 0 } };

export const theme = createTheme({
  primaryColor: 'action',
  primaryShade: { light: 6, dark: 5 },
  colors: { action },
  variantColorResolver,
  fontFamily: 'var(--k-font)',
  fontFamilyMonospace: 'var(--k-mono)',
  fontSizes: { xs: '11px', sm: '12.5px', md: '13px', lg: '15px', xl: '18px' },
  lineHeights: { xs: '14px', sm: '18px', md: '18px', lg: '20px', xl: '24px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '20px' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '10px', xl: '999px' },
  defaultRadius: 'sm',
  headings: {
    fontFamily: 'var(--k-font)',
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '18px', lineHeight: '24px' },
      h2: { fontSize: '15px', lineHeight: '20px' },
      h3: { fontSize: '13px', lineHeight: '18px' },
    },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({
      defaultProps: { size: 'sm', variant: 'default' },
      classNames: { root: css.button, section: css.buttonSection },
      vars: (_theme, props) => ({
        root: { '--button-height': heightOf(props.size), '--button-padding-x': '11px', '--button-fz': '12.5px' },
      }),
    }),
    ActionIcon: ActionIcon.extend({
      defaultProps: { size: 28, variant: 'subtle' },
      classNames: { root: css.actionIcon },
    }),
    CloseButton: CloseButton.extend({ defaultProps: { size: 28, iconSize: 16 }, classNames: { root: css.close } }),
    Input: Input.extend({
      defaultProps: { size: 'sm' },
      classNames: field,
      vars: (_theme, props) => ({
        wrapper: { '--input-height': heightOf(props.size), '--input-padding': '11px', '--input-fz': '12.5px' },
      }),
    }),
    InputWrapper: InputWrapper.extend({ classNames: wrapper }),
    Textarea: Textarea.extend({ classNames: { input: css.textarea } }),
    Select: Select.extend({
      defaultProps: { checkIconPosition: 'right', comboboxProps: { ...noMotion, offset: 4 }, allowDeselect: false },
      classNames: { option: css.option, dropdown: css.menu },
    }),
    Combobox: Combobox.extend({ classNames: { option: css.option, dropdown: css.menu } }),
    Checkbox: Checkbox.extend({
      defaultProps: { size: 'xs', radius: 4 },
      classNames: { input: css.checkInput, label: css.checkLabel },
    }),
    Radio: Radio.extend({ defaultProps: { size: 'xs' }, classNames: { label: css.checkLabel, radio: css.checkInput } }),
    Switch: Switch.extend({
      defaultProps: { size: 'xs', withThumbIndicator: false },
      classNames: { track: css.switchTrack, label: css.checkLabel },
    }),
    SegmentedControl: SegmentedControl.extend({
      defaultProps: { transitionDuration: 120 },
      classNames: { root: css.segRoot, indicator: css.segIndicator, label: css.segLabel },
    }),
    Menu: Menu.extend({
      defaultProps: { offset: 4, ...noMotion, withinPortal: true },
      classNames: { dropdown: css.menu, item: css.menuItem, label: css.menuLabel, divider: css.menuDivider },
    }),
    Popover: Popover.extend({ defaultProps: { offset: 4, ...noMotion }, classNames: { dropdown: css.menu } }),
    Modal: Modal.extend({
      defaultProps: {
        transitionProps: { duration: 120, transition: 'fade' },
        overlayProps: { className: css.overlay },
        padding: 0,
      },
      classNames: { content: css.modalContent, header: css.modalHeader, title: css.modalTitle, body: css.modalBody },
    }),
    Tabs: Tabs.extend({ classNames: { list: css.tabsList, tab: css.tab } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 400, transitionProps: { duration: 120 }, events: { hover: true, focus: true, touch: false } },
      classNames: { tooltip: css.tooltip },
    }),
  },
});

const pointed = {
  '--mantine-color-body': 'var(--k-canvas)',
  '--mantine-color-text': 'var(--k-text)',
  '--mantine-color-bright': 'var(--k-text)',
  '--mantine-color-dimmed': 'var(--k-second)',
  '--mantine-color-placeholder': 'var(--k-hint)',
  '--mantine-color-anchor': 'var(--k-action-text)',
  '--mantine-color-default': 'var(--k-surface)',
  '--mantine-color-default-hover': 'var(--k-hover)',
  '--mantine-color-default-color': 'var(--k-text)',
  '--mantine-color-default-border': 'var(--k-line-strong)',
  '--mantine-color-error': 'var(--k-bad-text)',
  '--mantine-color-disabled': 'var(--k-sunken)',
  '--mantine-color-disabled-color': 'var(--k-hint)',
  '--mantine-color-disabled-border': 'var(--k-line)',
  '--mantine-primary-color-filled': 'var(--k-action)',
  '--mantine-primary-color-filled-hover': 'var(--k-action-hover)',
  '--mantine-primary-color-light': 'var(--k-action-tint)',
  '--mantine-primary-color-light-color': 'var(--k-action-text)',
};

/** Mantine's colour variables, pointed at ours in both schemes. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({ variables: {}, light: pointed, dark: pointed });
