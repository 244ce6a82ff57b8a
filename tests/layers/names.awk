# Names of types, with their namespaces, that two files define: where the compiler does not inline a destructor or
# another member of one, the linker gives its users that of the other.
#
#   awk -f names.awk FILE...
FNR == 1 { depth = 0 }
/^(inline )?namespace.*\{$/ {
  name = $0
  sub(/^(inline )?namespace */, "", name)
  sub(/ *\{$/, "", name)
  gsub(/inline /, "", name)
  space[++depth] = name == "" ? "hidden" : name
  next
}
/^\}.*\/\/.*namespace/ { if (depth > 0) --depth; next }
/^(template <.*> )?(struct|class|enum class) .*\{/ {
  line = $0
  sub(/^template <.*> /, "", line)
  sub(/^(struct|class|enum class) +/, "", line)
  sub(/^(\[\[[a-z]+\]\]|alignas\([0-9a-z]+\)) +/, "", line)
  if (line !~ /^[A-Za-z_0-9]+( final)? *(:[^:].*)?\{/) next
  sub(/[^A-Za-z_0-9].*/, "", line)
  whole = ""
  for (i = 1; i <= depth; ++i) {
    if (space[i] == "hidden") next
    whole = whole space[i] "::"
  }
  whole = whole line
  if (whole in file && file[whole] != FILENAME) {
    printf "%s:%d: '%s' is defined in %s, too; expected another name\n", FILENAME, FNR, whole, file[whole]
    bad = 1
  }
  file[whole] = FILENAME
}
END { exit bad }
