# STANCE_MODULE(NAME, DEFAULT, WHAT): --enable-NAME / --disable-NAME and the conditional
# BUILD_NAME, upper case with underscores. One line for each module, plugin or program.
AC_DEFUN([STANCE_MODULE], [
    m4_pushdef([stance_var], [stance_build_]m4_translit([$1], [-], [_]))
    AC_ARG_ENABLE([$1],
        [AS_HELP_STRING(m4_if([$2], [yes], [--disable-$1], [--enable-$1]),
            m4_if([$2], [yes], [leave out the $3], [build the $3]))],
        [stance_var=$enableval], [stance_var=$2])
    AM_CONDITIONAL([BUILD_]m4_toupper(m4_translit([$1], [-], [_])), [test "x$stance_var" = xyes])
    AS_IF([test "x$stance_var" = xyes],
        [stance_modules_on="${stance_modules_on:+$stance_modules_on }$1"],
        [stance_modules_off="${stance_modules_off:+$stance_modules_off }$1"])
    m4_popdef([stance_var])
])

# Hardening is on by default; distributions that bring their own flags can switch it off.
AC_DEFUN([STANCE_HARDENING], [
    AC_ARG_ENABLE([hardening],
        [AS_HELP_STRING([--disable-hardening], [do not add hardening flags])],
        [], [enable_hardening=yes])
    HARDEN_CFLAGS= HARDEN_LDFLAGS=
    AS_IF([test "x$enable_hardening" = xyes], [
        HARDEN_CFLAGS="-fstack-protector-strong -fstack-clash-protection -fcf-protection"
        HARDEN_LDFLAGS="-Wl,-z,relro -Wl,-z,now -Wl,--as-needed"
        AS_CASE([" $CFLAGS "], [*" -O0 "*], [],
            [HARDEN_CFLAGS="$HARDEN_CFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"])
    ])
    AC_SUBST([HARDEN_CFLAGS])
    AC_SUBST([HARDEN_LDFLAGS])
])

# --enable-sanitizers[=LIST]: address and undefined unless the list says otherwise.
AC_DEFUN([STANCE_SANITIZERS], [
    AC_ARG_ENABLE([sanitizers],
        [AS_HELP_STRING([--enable-sanitizers@<:@=LIST@:>@],
            [build with sanitizers (default list: address,undefined)])],
        [], [enable_sanitizers=no])
    AS_IF([test "x$enable_sanitizers" = xyes], [enable_sanitizers=address,undefined])
    SANITIZE_CFLAGS=
    AS_IF([test "x$enable_sanitizers" != xno], [
        SANITIZE_CFLAGS="-fsanitize=$enable_sanitizers -fno-omit-frame-pointer -fno-sanitize-recover=undefined"
        HARDEN_CFLAGS= HARDEN_LDFLAGS=
        AC_DEFINE([STANCE_SANITIZED], [1], [Define when built with sanitizers])
    ])
    AC_SUBST([SANITIZE_CFLAGS])
    AM_CONDITIONAL([SANITIZED], [test "x$enable_sanitizers" != xno])
])

AC_DEFUN([STANCE_COVERAGE], [
    AC_ARG_ENABLE([coverage],
        [AS_HELP_STRING([--enable-coverage], [count executed lines; see 'make coverage'])],
        [], [enable_coverage=no])
    COVERAGE_CFLAGS=
    AS_IF([test "x$enable_coverage" = xyes], [COVERAGE_CFLAGS="--coverage -O0"
        HARDEN_CFLAGS= HARDEN_LDFLAGS=
        AC_CHECK_TOOL([GCOV], [gcov], [gcov])])
    AC_SUBST([COVERAGE_CFLAGS])
    AM_CONDITIONAL([COVERAGE], [test "x$enable_coverage" = xyes])
])

# Fuzz targets are always built, as plain programs that eat their corpora in 'make check'.
# --enable-fuzz links them with libFuzzer instead (clang).
AC_DEFUN([STANCE_FUZZ], [
    AC_ARG_ENABLE([fuzz],
        [AS_HELP_STRING([--enable-fuzz], [link fuzz targets with libFuzzer (needs clang)])],
        [], [enable_fuzz=no])
    stance_fuzz_kind="corpus runners"
    FUZZ_CFLAGS= FUZZ_LDFLAGS=
    AS_IF([test "x$enable_fuzz" = xyes], [
        AS_CASE([`$CC --version`], [*clang*], [],
            [AC_MSG_ERROR([--enable-fuzz needs clang: ./configure CC=clang --enable-fuzz])])
        stance_fuzz_kind=libFuzzer
        FUZZ_CFLAGS="-fsanitize=fuzzer-no-link"
        FUZZ_LDFLAGS="-fsanitize=fuzzer"
    ])
    AC_SUBST([FUZZ_CFLAGS])
    AC_SUBST([FUZZ_LDFLAGS])
    AM_CONDITIONAL([FUZZ], [test "x$enable_fuzz" = xyes])
])
