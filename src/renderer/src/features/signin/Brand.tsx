/** The program's own mark and name, where no tenant is open. */
import css from './Brand.module.css';

export function Brand({ version }: { readonly version?: string }) {
  return (
    <div className={css.brand}>
      <svg className={css.mark} viewBox="0 0 36 36" width="36" height="36" aria-hidden="true">
        <rect width="36" height="36" rx="8" className={css.ground} />
        <path d="M12 9v18M25 9 14.5 18.5 25 27" className={css.stroke} />
      </svg>
      <div>
        <p className={css.name}>KOMPL.AI</p>
        <p className={css.version}>Workstation{version ? ` ${version}` : ''}</p>
      </div>
    </div>
  );
}
