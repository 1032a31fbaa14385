#!/bin/sh
# Starts one IOC: the instance's own start.sh, else the instance's own st.cmd, else the generated one.
set -eu

IOC=${IOC:-/epics/ioc}
RUNTIME_DIR=${RUNTIME_DIR:-/epics/runtime}
GENERATED=${GENERATED:-/epics/generated}
SUPPORT=${SUPPORT:-/epics/support}
# where dbd/ioc.dbd finds what it includes
EPICS_DB_INCLUDE_PATH=${EPICS_DB_INCLUDE_PATH:-/epics/epics-base/dbd}
export IOC RUNTIME_DIR EPICS_DB_INCLUDE_PATH

if [ -f "$IOC/config/start.sh" ]; then
    exec /bin/sh "$IOC/config/start.sh"
fi

# what was generated for this IOC comes read-only, the larger files compressed
mkdir -p "$RUNTIME_DIR"
for file in "$GENERATED"/*; do
    [ -f "$file" ] || continue
    name=${file##*/}
    case $name in
        *.gz) gunzip -c "$file" > "$RUNTIME_DIR/${name%.gz}" ;;
        *) cat "$file" > "$RUNTIME_DIR/$name" ;;
    esac
done

# a database that was not generated is expanded here
if [ ! -f "$RUNTIME_DIR/ioc.db" ]; then
    for subst in "$RUNTIME_DIR/ioc.subst" "$IOC/config/ioc.subst"; do
        [ -f "$subst" ] || continue
        set -- -I "$IOC/config"
        for folder in "$SUPPORT"/*/db; do
            [ -d "$folder" ] && set -- "$@" -I "$folder"
        done
        "$IOC/bin/msi" "$@" -S "$subst" -o "$RUNTIME_DIR/ioc.db"
        break
    done
fi

script=$RUNTIME_DIR/st.cmd
[ -f "$IOC/config/st.cmd" ] && script=$IOC/config/st.cmd
if [ ! -x "$IOC/bin/ioc" ]; then
    echo "start.sh: there is no IOC program $IOC/bin/ioc in this image" >&2
    exit 1
fi
cd "$IOC"
exec "$IOC/bin/ioc" "$script"
