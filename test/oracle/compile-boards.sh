#!/bin/sh
# What cpp and dtc make of boards, in one process: forking from here is cheap, from a large test process it is not.
#   compile-boards.sh TREE OUT BOARD…    leaves OUT/BOARD.{i,symbols.dtb,plain.dtb}, BOARD relative to TREE; a refusal is an empty file
tree=$1 out=$2
shift 2
for board in "$@"; do
  folder=$(dirname "$tree/$board")
  name=$out/$board
  mkdir -p "$(dirname "$name")"
  cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp \
    -I "$tree/include" -I "$tree/scripts/dtc/include-prefixes" -I "$folder" \
    -o "$name.new" "$tree/$board" 2> /dev/null || : > "$name.new"
  dtc -@ -qqq -I dts -O dtb -i "$folder" -o "$name.symbols.dtb" "$name.new" 2> /dev/null || : > "$name.symbols.dtb"
  dtc -qqq -I dts -O dtb -i "$folder" -o "$name.plain.dtb" "$name.new" 2> /dev/null || : > "$name.plain.dtb"
  # Last, so that a board whose .i is there is complete.
  mv "$name.new" "$name.i"
done
