/** Every global sheet, in the order in which it must stand: Mantine's lowest, then fonts, tokens and ground rules. */
import './layers.css';
import '@mantine/core/styles.layer.css';
import '@mantine/dates/styles.layer.css';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './tokens.css';
import './global.css';
