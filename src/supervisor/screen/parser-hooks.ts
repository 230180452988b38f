/** The part of the emulator's parser with which sequences are followed. */
export interface HookTarget {
  registerCsiHandler(
    id: { prefix?: string; intermediates?: string; final: string },
    handler: (params: (number | number[])[]) => boolean,
  ): unknown;
  registerEscHandler(
    id: { intermediates?: string; final: string },
    handler: () => boolean,
  ): unknown;
  registerOscHandler(ident: number, handler: (data: string) => boolean): unknown;
}
