// Small sources that are hard to preprocess. Each is compared with what cpp makes of it; header names are in `headers`.

/** Files beside every case, by name. */
export const headers: Readonly<Record<string, string>> = {
  'guard.h': '#ifndef GUARD_H\n#define GUARD_H\n#define GUARDED 1\nonce-guarded\n#endif\n',
  'once.h': '#pragma once\nonce-pragma\n',
  'no-newline.h': 'no-newline',
  'open-call.h': '#define OPEN(a, b) [a|b]\nOPEN',
  'level.h': '__INCLUDE_LEVEL__ __LINE__\n#if __INCLUDE_LEVEL__ < 3\n#include "level.h"\n#endif\n',
  'sub/inner.h': '#include "beside.h"\n#include "path.h"\n',
  'sub/beside.h': 'beside-in-sub\n',
  'include/beside.h': 'beside-in-include\n',
  'include/path.h': 'path-in-include\n',
  'include/next.h': 'next-in-include\n#include_next <next.h>\n',
  'include2/next.h': 'next-in-include2\n',
  'include/hyphen-name.h': 'hyphen-name\n',
  'two//slashes.h': 'two-slashes\n',
};

/** Folders given with -I, in order. */
export const includeFolders = ['include', 'include2'] as const;

/** What makes each source hard, and the source. cpp accepts all of these, at most with a warning. */
export const accepted: Readonly<Record<string, string>> = {
  'a macro within a hyphenated name': '#define A 1\nnode-A A-A a-A-b A@A A,A\n',
  'a macro in strings and characters': '#define A 1\n"A" \'A\' "\\"A" A\n',
  'an apostrophe in text': "#define A 1\ndon't A\nA isn't it\nA\n",
  'a lone double quote': '#define A 1\nA " A\nA\n',
  'a string over lines': '#define A 1\nx = "first A\nsecond A\nthird" A;\n',
  'numbers that swallow names':
    '#define A 1\n#define e 2\n1A 0x1e+A 1.A .5A 1e-A 0x1p+A 1_A A1 1e+e\n',
  'a dollar sign': '#define A 1\n#define B$C 2\nA$A $A B$C\n',
  'wide strings': '#define L 1\n#define u 2\nL"x" L\'x\' u"x" L "x" L\n',
  'characters beyond ASCII': '#define A 1\nAé éA é A "é" A€A\n',
  'an unknown directive': '#define cells 2\n#address-cells = <cells>;\n  # size-cells\n#\n#  \n',
  'a hash in the middle': '#define A 1\nA # define A 2\nx #A\nA\n',
  'a line marker': '# 12 "other.dts" 3\n__LINE__\n',
  'spaces around a directive':
    '  #  define A 1 \t\n\t#\tundef B\n /* c */ # /* d */ define C /* e */ 2 /* f */\nA C\n',
  'a comment over lines before a directive': '/* one\n two */ #define A 1\nA\n',
  'a comment that goes on behind a value':
    '#define A 1 /* one\n two */ + 2\n#define B A /* x\n*/\nA B\n',
  'comments between tokens': '#define A 1\na/**/b A/**/A a/* */b A//c\nA\n<a/**/>A/* x\n*/A\n',
  'comment signs in strings': '#define A 1\n"/*" A "*/" A "//" A // "\nA /* " */ A\n',
  'a quote within a comment': "#define A 1\n/* don't */ A // don't\nA\n",
  'a continued directive': '#define A 1 \\\n + \\\n 2\n#if A \\\n == 3\nyes\n#endif\nA\n',
  'a continued directive with blanks behind the backslash': '#define A 1 \\ \t\n + 2\nA\n',
  'a continued word': '#def\\\nine A 1\n#define BB 2\nA B\\\nB B\\\n\nx\n',
  'a continued string, number and comment':
    '#define A 1\n"a\\\nA" 1\\\nA // A \\\nA\nA "\\\\\nA"\n',
  'a backslash in text': '#define A 1\nA \\ A \\A\n',
  'carriage returns':
    '#define A 1\r\n#define F(x) [x]\r\n#if A == 1\r\nA F(2)\r\n#endif\r\n"x\r\ny"\r\n#define B 1 \\\r\n + 2\r\nB\r\n',
  'a byte order mark': '\ufeff#define A 1\nA\n',
  'no last newline': '#define A 1\nA',
  'no last newline behind a directive': 'x\n#define A 1',
  'an empty file': '',
  'only comments': '/* x */\n// y\n',
  'form feeds and vertical tabs': '#define A 1\nA\fA\vA\f\n',
  'a function-like name alone': '#define F(x) [x]\nF F; F (1) F\n(2) F\n\n\n(3) F[1]\n',
  'a function-like name before a directive': '#define F(x) [x]\nF\n#define B 1\n(2) B\n',
  'a function-like name at the end': '#define F(x) [x]\nF',
  'a call over directives':
    '#define F(x, y) [x|y]\nF(1\n#define B 2\n+ B,\n#ifdef B\nB\n#else\nC\n#endif\n#undef B\n)B\n',
  'a call with an unknown directive in it': '#define F(x, y) [x|y]\nF(1\n#address-cells)\n',
  'a call with comments in it':
    '#define F(x, y) [x|y]\nF /* a */ ( /* b */ 1 /* , */ , // )\n 2 /* c */ )\n',
  'calls with parentheses and commas':
    '#define F(x, y) [x|y]\nF((1, 2), (3)) F(", ", \')\') F([1, 2])\n',
  'empty arguments':
    '#define F(x, y) [x|y]\n#define G(x) [x]\n#define H() [h]\nF(,) F( , 1) G() G( ) H() H( )\n',
  'arguments expanded first': '#define A 1\n#define F(x) x x A\nF(A) F(F(A)) F(F(F(2)))\n',
  'a macro that names itself': '#define A A + 1\n#define B C\n#define C B\nA B C\n',
  'a function that names itself':
    '#define f(a) a*g\n#define g(a) f(a)\nf(2)(9)\n#define h(x) h(x + 1)\nh(h(1))\n',
  'the example of the C standard':
    '#define x 3\n#define f(a) f(x * (a))\n#undef x\n#define x 2\n#define g f\n#define z z[0]\n#define h g(~\n#define m(a) a(w)\n#define w 0,1\n#define t(a) a\n#define p() int\n#define q(x) x\n#define r(x,y) x ## y\n#define str(x) # x\nf(y+1) + f(f(z)) % t(t(g)(0) + t)(1);\ng(x+(3,4)-w) | h 5) & m\n(f)^m(m);\np() i[q()] = { q(1), r(2,3), r(4,), r(,5), r(,) };\nchar c[2][6] = { str(hello), str() };\n',
  'the second example of the C standard':
    '#define str(s) # s\n#define xstr(s) str(s)\n#define debug(s, t) printf("x" # s "= %d, x" # t "= %s", \\\n x ## s, x ## t)\n#define INCFILE(n) vers ## n\n#define glue(a, b) a ## b\n#define xglue(a, b) glue(a, b)\n#define HIGHLOW "hello"\n#define LOW LOW ", world"\ndebug(1, 2);\nfputs(str(strncmp("abc\\0d", "abc", \'\\4\') == 0) str(: @\\n), s);\nxstr(INCFILE(2).h)\nglue(HIGH, LOW);\nxglue(HIGH, LOW)\n',
  'the third example of the C standard':
    '#define t(x,y,z) x ## y ## z\nint j[] = { t(1,2,3), t(,4,5), t(6,,7), t(8,9,), t(10,,), t(,11,), t(,,12), t(,,) };\n',
  'pasting made of pasting':
    '#define hash_hash # ## #\n#define mkstr(a) # a\n#define in_between(a) mkstr(a)\n#define join(c, d) in_between(c hash_hash d)\njoin(x, y)\n',
  'pasting that makes no token':
    '#define P(a, b) a ## b\nP(a, -b) P(-, b) P(<, >) P(1, -) P(&, {) P(x, @)\n',
  'pasting that makes a macro':
    '#define AB 1\n#define A 2\n#define P(a, b) a ## b\nP(A, B) P(A, ) P(, A) P(P(A, B), 1)\n',
  'pasting numbers and names':
    '#define P(a, b) a ## b\n#define N(x) n_ ## x ## _m\nP(0x, ff) P(1, 2) P(a, 1) N(5) N() P(., 5) P(L, "x")\n',
  'pasting slashes': '#define P(a, b) a ## b\nP(/, /) P(/, *) P(/, =)\n',
  stringifying:
    '#define S(x) #x\n#define X(x) S(x)\n#define A 1\nS(A) X(A) S( a  b\n c ) S("q\\"\\n") S(\'"\') S(a/**/b) S(\\) S()\n',
  'stringifying with white space':
    '#define S(x) #x\n#define E\n#define X(x) S(x)\nX(a E b) X(aEb) X( E a E ) X(a-E-b) X(-E-)\n',
  'hashes in object-like macros':
    '#define A #x\n#define B #x##y\n#define H #\n#define HH # define X 1\nA B H x\nHH\nX\n',
  'a hash before no parameter': '#define F(x) #y x #\nF(1) F(#)\n',
  'variadic macros':
    '#define V(...) [__VA_ARGS__]\n#define W(a, ...) [a|__VA_ARGS__]\n#define N(r...) [r]\n#define M(a, r...) [a|r]\nV() V(1) V(1, 2) W(1) W(1,) W(1, 2, 3) N() N(1, 2) M(1) M(1, 2, 3)\n',
  'swallowed commas':
    '#define V(f, ...) g(f, ##__VA_ARGS__)\n#define W(...) g(0, ##__VA_ARGS__)\n#define N(f, r...) g(f, ##r)\nV(1) V(1,) V(1, 2) V(1, 2, 3) W() W(1) W(1, 2) N(1) N(1,) N(1, 2)\n',
  __VA_OPT__:
    '#define V(a, ...) f(a __VA_OPT__(,) __VA_ARGS__)\n#define E\n#define W(a, ...) a ## __VA_OPT__(b c) ## a __VA_OPT__((x)) end\n#define U(...) x __VA_OPT__(y ## __VA_ARGS__ z) w\nV(1) V(1,) V(1, E) V(1, 2) W(1) W(1, 2) U() U(2) U(2, 3)\n',
  'operators that must not touch':
    '#define M -\n#define P +\n#define G >\n#define A &\n#define EQ =\n#define L <\n#define D .\n-M -M- +P+P A& &A G> >G G= =EQ EQ= <L L< L<= D. .D D5 !EQ M> M- a-M /M\n',
  'names and numbers that must not touch':
    '#define A a\n#define N 1\n#define S "s"\n#define F(x) x\nF(a)b F(1)2 F(a)1 1F(2) F(a)F(b) F(1)F(b) F(S)S A"x" N\'x\' F(1).5 F(1)-F(2) F(1)+1 N+1\n',
  'empty expansions':
    '#define E\n#define F(x)\nE a E b(E)E E- -E- [E] F(1)a F(1) a-F(1)-b <F(2)> EE E E\n',
  'punctuation of devicetrees':
    '#define A 1\n#define B b\n&A {B@A=<&B A (A+A)>,[A A],"A";/B/};\n/delete-node/ &B;B:B{};&{/A/B};\n',
  'macros that make statements':
    '#define NODE(n, a) n: n@a { reg = <0x##a>; }\n#define PROP(p, v) p = v\nNODE(uart, 1000);\n/ { PROP(status, "okay"); };\n',
  'a macro that makes labels':
    '#define CAT_(a, b) a##b\n#define CAT(a, b) CAT_(a, b)\n#define LABEL(n) CAT(cp0_, n)\n#define NAME(n) cp0-n\nLABEL(eth): NAME(eth)@0 { };\n',
  '#if arithmetic':
    '#if (1 << 4 | 0x0f) == 31 && -1 < 0 && -1 > 0u && 5 % 3 == 2 && ~0 == -1\nyes\n#endif\n#if 9223372036854775807 + 1 < 0\nwraps\n#endif\n#if 18446744073709551615 == -1\nunsigned\n#endif\n#if 0x8000000000000000 > 0\nbig\n#endif\n',
  '#if characters':
    "#if 'a' == 97 && '\\0' == 0 && '\\377' < 0 && 'ab' == 24930 && '\\\\' == 92 && '\\x41' == 65 && L'a' == 97\nyes\n#endif\n",
  '#if with ternaries and short circuit':
    '#if (1 ? 2 : 3) == 2 && (0 ? 1/0 : 4) == 4 && (1 || 1/0) && !(0 && 1/0) && (1 ? 0 ? 5 : 6 : 7) == 6\nyes\n#endif\n#if (2 || 3) != 1\nno\n#endif\n#if (0 ? 1u : -1) > 0\nunsigned\n#endif\n',
  '#if with macros':
    '#define A 3\n#define F(x) (x + A)\n#define D defined(A)\n#define Z\n#if F(1) == 4 && F (2) == 5 && D && F == 0 && Z + 1\nyes\n#endif\n#if defined A && !defined(B) && defined F\nalso\n#endif\n',
  '#if shifts':
    '#if 1 << 63 < 0 && (1 << 64) == 0 && (8 >> -1) == 16 && (-8 >> 1) == -4 && (-1 >> 100) == -1 && (-1u >> 63) == 1\nyes\n#endif\n',
  '#elif chains':
    '#define A 2\n#if A == 1\none\n#elif A == 2\ntwo\n#elif A == 2 && 1/0\nthree\n#else\nfour\n#endif\n#if 1\nx\n#elif garbage ( garbage\ny\n#endif\n',
  '#elifdef':
    '#define A\n#if 0\n1\n#elifdef B\n2\n#elifndef B\n3\n#else\n4\n#endif\n#ifdef A\n5\n#elifdef A\n6\n#endif\n',
  'skipped garbage':
    '#if 0\n#if garbage ( \' " \n#else nonsense\n#endif\n#include <nothing\n#define\n#error no\n" don\'t\n#elif 1\nyes\n#endif\n',
  'skipped comments and strings': '#if 0\n/* #endif */\n"#endif\n#endif /* x */ x\nout\n',
  'skipped unknown directives':
    '#if 0\n#address-cells\n#define A 1\n# 1 "x"\n#endif\n#ifdef A\nno\n#endif\nyes\n',
  'nested conditions':
    '#if 1\n#if 0\na\n#elif 0\nb\n#else\n#ifndef X\nc\n#endif\nd\n#endif\ne\n#else\n#if 1\nf\n#endif\n#endif\ng\n',
  '#undef and again': '#define A 1\nA\n#undef A\nA\n#define A 2\nA\n#undef B\n#undef A extra\nA\n',
  'the same definition again':
    '#define A 1  +   2\n#define A 1 + /* x */ 2\n#define F(x) x+1\n#define F(x) x+1\nA F(1)\n',
  'another definition': '#define A 1\n#define A 2\n#define F(x) x\n#define F(y) y\nA F(3)\n',
  'no space behind the name': '#define A"x"\n#define B-1\n#define C+C\nA B C\n',
  'predefined names':
    '__DTS__ __ASSEMBLER__ __STDC__ __STDC_HOSTED__ __STDC_VERSION__ __GNUC__ linux unix __linux__ __arm__\n',
  'counters and lines':
    '#define L __LINE__\n#define F(x) x L\n__COUNTER__ __COUNTER__ L\nF(__LINE__)\nF(\n__LINE__\n) __LINE__\n#if __COUNTER__ == 2 && __LINE__ == 8\nyes\n#endif\n',
  '#line': '#line 100\n__LINE__\n#define N 7\n#line N "x.dts"\n__LINE__ __FILE__\n\n__LINE__\n',
  '#error and #warning in skipped text':
    "#if 0\n#error don't\n#warning /* \n*/\n#endif\n#warning be warned\nx\n",
  '#pragma, #ident and assertions':
    '#pragma foo bar\nx\n#ident "y"\n#sccs "z"\n#assert a(b)\n#unassert a\n_Pragma("foo") w\n',
  includes:
    '#include "guard.h"\n#include "guard.h"\nGUARDED\n#include "once.h"\n#include "once.h"\n#include "no-newline.h"\nx\n',
  'includes beside the including file':
    '#include "sub/inner.h"\n#include "beside.h"\n#include <path.h>\n#include "path.h"\n',
  'includes by macro':
    '#define Q "guard.h"\n#define A <path.h>\n#define P path\n#define B(x) <x.h>\n#include Q\n#include A\n#include B(P)\n#define hyphen hyphen\n#include <hyphen-name.h>\n',
  'includes with comments':
    '#include /* c */ "guard.h" /* d */ // e\n#include<path.h>// x\n#include "two//slashes.h"\n',
  '#include_next and #import':
    '#include <next.h>\n#import "no-newline.h"\n#import "no-newline.h"\n',
  __has_include:
    '#if __has_include("guard.h") && __has_include(<path.h>) && !__has_include(<guard.h>) && !__has_include("no.h")\nyes\n#endif\n#ifdef __has_include\nis\n#endif\n#define H "guard.h"\n#if __has_include(H)\nmacro\n#endif\n#if defined(__has_include_next) && !defined(__has_attribute)\nnext\n#endif\n',
  'a file that includes itself': '#include "level.h"\n__INCLUDE_LEVEL__\n',
  'a function-like name at the end of an include': '#include "open-call.h"\n(1, 2)\n',
  'dtc includes stay': '/include/ "x.dtsi"\n/ { /include/ "guard.h" };\n',
  'an empty __VA_OPT__ beside ##':
    '#define F(a, ...) x ## __VA_OPT__(a) y\n#define G(a, ...) a __VA_OPT__(b) ## c\n' +
    '#define H(a, ...) p ## __VA_OPT__(a) ## q\nF(1) F(1, 2) G(1) G(1, 2) H(1) H(1, 2)\n',
  'a stringified __VA_OPT__':
    '#define F(a, ...) #__VA_OPT__(a  b) # __VA_OPT__(x ## a)\nF(1) F(1, 2) F("q", r)\n',
  'an include whose name macros put together':
    '#define D sub\n#define S(x) #x\n#define I(d, f) S(d/f.h)\n#include I(D, beside)\n',
  'macros pushed and popped':
    '#define A 1\n#pragma push_macro("A")\n#undef A\n#define A 2\nA\n#pragma pop_macro("A")\nA\n' +
    '#pragma push_macro("B")\n#define B 3\n#pragma pop_macro("B")\nB\n#pragma pop_macro("B")\n',
  'a pragma that warns': '#pragma GCC warning "look"\na\n',
  'comment signs over continued lines':
    '/\\\n* one *\\\n/ a /\\\n/ two\nb /\\ \n\\\n* three */ c * \\\n/ d\n',
  'a number sign and a number without a blank': '#12 "x.dts"\n__LINE__\n',
  'a line number beyond 32 bits': '#line 4294967299\n__LINE__\n',
};

/** Sources that cpp rejects; only that we find a fault, too, is compared. */
export const rejected: Readonly<Record<string, string>> = {
  'directive words with a hyphen': '#define-cells = <1>;\n',
  'a missing include': '#include "nothing.h"\n',
  'an include without a name': '#include\n',
  'an include of a bare word': '#include foo\n',
  '#error': '#error no\n',
  'an #else without #if': '#else\n',
  'an #endif without #if': '#endif\n',
  'an #elif without #if': '#elif 1\n',
  'an #if without #endif': '#if 1\nx\n',
  'an #else behind #else': '#if 1\n#else\n#else\n#endif\n',
  'an #elif behind #else': '#if 0\n#else\n#elif 1\n#endif\n',
  'an #if without expression': '#if\n#endif\n',
  'an #ifdef without name': '#ifdef\n#endif\n',
  'an #ifdef of a number': '#ifdef 1\n#endif\n',
  'division by zero': '#if 1 / 0\n#endif\n',
  'a string in an expression': '#if "a"\n#endif\n',
  'a missing parenthesis': '#if (1\n#endif\n',
  'a missing operator': '#if 1 2\n#endif\n',
  'an octal 8': '#if 08\n#endif\n',
  'a bad suffix': '#if 1x\n#endif\n',
  'a floating constant': '#if 1.0\n#endif\n',
  'too few arguments': '#define F(a, b) a b\nF(1)\n',
  'too many arguments': '#define F(a, b) a b\nF(1, 2, 3)\n',
  'an argument for nothing': '#define F() a\nF(1)\n',
  'an unterminated call': '#define F(a) a\nF(1\n',
  'an unterminated comment': 'a /* b\n',
  'a #define without name': '#define\n',
  'a #define of a number': '#define 1 2\n',
  'a #define of defined': '#define defined 1\n',
  'a duplicate parameter': '#define F(a, a) a\n',
  'an open parameter list': '#define F(a b) a\n',
  'a paste at the beginning': '#define A ## b\n',
  'a paste at the end': '#define F(a) a ##\n',
  'an #undef without name': '#undef\n',
  'a #line without number': '#line x\n',
  'an unterminated __VA_OPT__': '#define F(a, ...) __VA_OPT__(a\nF(1)\n',
  'a __VA_OPT__ within another': '#define F(a, ...) __VA_OPT__(x __VA_OPT__(y))\nF(1)\n',
  'a __VA_OPT__ without parenthesis': '#define F(a, ...) __VA_OPT__ a\n',
  'a __VA_OPT__ that begins with ##': '#define F(a, ...) __VA_OPT__(## a)\n',
  'a __VA_OPT__ that ends with ##': '#define F(a, ...) __VA_OPT__(a ##) b\n',
  '__has_include in text': '__has_include("guard.h")\n',
  '__has_include without a name': '#if __has_include()\n#endif\n',
  'a pragma that is an error': '#pragma GCC error "no"\n',
};
