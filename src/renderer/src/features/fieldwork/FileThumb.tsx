/** A small picture of a file: the image itself, else the drawing of its kind. */
import { Icon } from '@renderer/components/Icon';
import { trpc } from '@renderer/lib/trpc';
import { useQuery } from '@tanstack/react-query';
import css from './FileThumb.module.css';

export function FileThumb({ fileId, mediaType }: { readonly fileId: string; readonly mediaType: string }) {
  const isImage = mediaType.startsWith('image/');
  const preview = useQuery({ ...trpc.evidence.preview.queryOptions({ fileId }), enabled: isImage });
  if (isImage && preview.data?.show === 'image') return <img className={css.thumb} src={preview.data.url} alt="" />;
  return (
    <span className={css.thumb}>
      <Icon name={isImage ? 'photo' : mediaType === 'application/pdf' ? 'document' : 'file'} size={22} />
    </span>
  );
}
