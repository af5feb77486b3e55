/** Mantine with our theme, under a content security policy that only lets styles in with this page's nonce. */
import { MantineProvider } from '@mantine/core';
import { setNonce } from 'get-nonce';
import type { ReactNode } from 'react';
import { colorSchemeManager } from './scheme';
import { cssVariablesResolver, theme } from './theme';

/** The nonce that the protocol handler wrote into this page; empty where the page is served without one. */
export function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

const nonce = pageNonce();
if (nonce) setNonce(nonce);

export function ThemeProvider({ children }: { readonly children: ReactNode }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      colorSchemeManager={colorSchemeManager}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      {children}
    </MantineProvider>
  );
}
