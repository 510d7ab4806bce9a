/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands around the declarations of a public header. Everything else in libstance.so is
 * hidden, and C++ may include the header.
 *
 * ST_API: functions of libstance.so. ST_LOCAL: functions linked into each module, which must
 * not meet those of another module in the same process; they stay hidden however the module is
 * compiled. */
#ifndef STANCE_BASE_API_H
#define STANCE_BASE_API_H

/* clang-format off */
#ifdef __cplusplus
#define ST_API_BEGIN _Pragma("GCC visibility push(default)") extern "C" {
#define ST_API_END } _Pragma("GCC visibility pop")
#define ST_LOCAL_BEGIN _Pragma("GCC visibility push(hidden)") extern "C" {
#define ST_LOCAL_END } _Pragma("GCC visibility pop")
#else
#define ST_API_BEGIN _Pragma("GCC visibility push(default)")
#define ST_API_END _Pragma("GCC visibility pop")
#define ST_LOCAL_BEGIN _Pragma("GCC visibility push(hidden)")
#define ST_LOCAL_END _Pragma("GCC visibility pop")
#endif
/* clang-format on */

#endif
