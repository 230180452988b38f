/** The preview beside a list: where its captures come from, and whether the user wants it. */
import type { StatePaths } from '../../store/paths.ts';
import { keepPreviewWanted, previewWanted } from '../../store/preview-setting.ts';
import type { PreviewOptions, PreviewSource } from '../../ui/preview-pane.ts';

export function previewOptions(paths: StatePaths, source: PreviewSource): PreviewOptions {
  return {
    source,
    isWanted: previewWanted(paths),
    keep: (isWanted) => keepPreviewWanted(paths, isWanted),
  };
}
