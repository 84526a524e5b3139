#!/bin/sh
# What cpp and dtc make of boards in many folders, in one process: forking from here is cheap, from a large test process it is not.
#   compile-variants.sh OVERLAY FOLDER/BOARD…    OVERLAY is a file name or -; leaves BOARD.dtb and BOARD.err beside each
#   board, an empty BOARD.dtb when cpp, dtc or fdtoverlay refuse
overlay=$1
shift
compile() {
  cpp -nostdinc -undef -D__DTS__ -I "${1%/*}" -x assembler-with-cpp -o "$1.i" "$1" 2> "$1.err" &&
    dtc -@ -I dts -O dtb -o "$1.dtb" "$1.i" 2>> "$1.err" || : > "$1.dtb"
}
for board in "$@"; do
  compile "$board"
  [ "$overlay" = - ] && continue
  folder=${board%/*}
  [ -e "$folder/$overlay.dtb" ] || compile "$folder/$overlay"
  fdtoverlay -i "$board.dtb" -o "$board.merged" "$folder/$overlay.dtb" 2>> "$board.err" &&
    mv "$board.merged" "$board.dtb" || : > "$board.dtb"
done
