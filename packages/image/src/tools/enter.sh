#!/bin/sh
# Runs a command with /usr and /etc of the tools tree and everything else of the host.
# Usage: enter.sh TREE COMMAND [ARGUMENT…], inside a mount namespace of its own.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin # of the host, until the change of root
tree=$1
shift
work=$PWD
mount -t tmpfs -o mode=0755,size=64k tools "$tree/mount"
cd "$tree/mount"
for entry in /*; do
  name=${entry#/}
  case $name in
    usr | etc | bin | sbin | lib | lib32 | lib64 | libx32) continue ;;
  esac
  if [ -L "$entry" ]; then
    ln -s "$(readlink "$entry")" "$name"
  elif [ -d "$entry" ]; then
    mkdir "$name"
    mount --rbind "$entry" "$name"
  fi
done
mkdir usr etc .host
mount --bind "$tree/root/usr" usr
mount --bind "$tree/root/etc" etc
for link in bin sbin lib lib64; do ln -s "usr/$link" "$link"; done
pivot_root . .host
cd "$work"
umount -l /.host
export LC_ALL=C
exec "$@"
