/*
 * Completion scripts of bash, zsh and fish. `umbra completion` prints them. A candidate comes as one line,
 * word and help with a tab between; one that ends in : = / @ goes on, so no blank is put after it.
 */
#include "core/cli/completion_scripts.h"

#include <stddef.h>
#include <string.h>

#include "core/base/xalloc.h"

/*
 * bash splits words at = : @ too (COMP_WORDBREAKS) and replaces only the last piece, so the words are cut
 * from the line here, and the part of a candidate that stands there already is left out. A piece begins
 * after = and :, but with @ (readline's rl_special_prefixes). bash puts a candidate into the line as it is,
 * and a candidate may be what somebody else wrote: printf %q makes it one word.
 */
static const char bash[] =
	"# bash completion for umbra: source <(umbra completion bash)\n"
	"_umbra() {\n"
	"\tlocal line=${COMP_LINE:0:COMP_POINT} piece=${COMP_WORDS[COMP_CWORD]} words word keep "
	"candidate open=1\n"
	"\tread -ra words <<<\"$line\"\n"
	"\t[[ $line == *[[:space:]] ]] && words+=(\"\")\n"
	"\tword=${words[${#words[@]}-1]}\n"
	"\t[[ $piece == [=:] ]] && piece=\n"
	"\tkeep=$((${#word} - ${#piece}))\n"
	"\t[[ ${word:0:keep} == *@ ]] && keep=$((keep - 1))\n"
	"\tCOMPREPLY=()\n"
	"\twhile IFS=$'\\t' read -r candidate _; do\n"
	"\t\tcandidate=${candidate:keep}\n"
	"\t\t[[ -n $candidate ]] || continue\n"
	"\t\t[[ $candidate == *[:=/@] ]] || open=\n"
	"\t\tprintf -v candidate %q \"$candidate\"\n"
	"\t\tCOMPREPLY+=(\"$candidate\")\n"
	"\tdone < <(\"$1\" __complete -- \"${words[@]:1}\" 2>/dev/null)\n"
	"\t[[ $open && ${#COMPREPLY[@]} -gt 0 ]] && compopt -o nospace 2>/dev/null\n"
	"\treturn 0\n"
	"}\n"
	"complete -o default -F _umbra umbra\n";

/* zsh and fish quote what they put into the line: compadd without -Q, and complete -a. */
static const char zsh[] = "#compdef umbra\n"
			  "# zsh completion for umbra: source <(umbra completion zsh), or as "
			  "_umbra in a directory of $fpath\n"
			  "_umbra() {\n"
			  "\tlocal line\n"
			  "\tlocal -a whole whole_shown open open_shown\n"
			  "\tfor line in \"${(@f)$(umbra __complete -- \"${(@)words[2,CURRENT]}\" "
			  "2>/dev/null)}\"; do\n"
			  "\t\t[[ -n $line ]] || continue\n"
			  "\t\tif [[ ${line%%$'\\t'*} == *[:=/@] ]]; then\n"
			  "\t\t\topen+=(\"${line%%$'\\t'*}\")\n"
			  "\t\t\topen_shown+=(\"${line/$'\\t'/  -- }\")\n"
			  "\t\telse\n"
			  "\t\t\twhole+=(\"${line%%$'\\t'*}\")\n"
			  "\t\t\twhole_shown+=(\"${line/$'\\t'/  -- }\")\n"
			  "\t\tfi\n"
			  "\tdone\n"
			  "\tif (( ! $#whole && ! $#open )); then\n"
			  "\t\t_files\n"
			  "\t\treturn\n"
			  "\tfi\n"
			  "\t(( $#whole )) && compadd -U -l -d whole_shown -a whole\n"
			  "\t(( $#open )) && compadd -U -l -S '' -d open_shown -a open\n"
			  "}\n"
			  "if [[ ${funcstack[1]} == _umbra ]]; then\n"
			  "\t_umbra \"$@\"\n"
			  "else\n"
			  "\tcompdef _umbra umbra\n"
			  "fi\n";

static const char fish[] = "# fish completion for umbra: umbra completion fish | source\n"
			   "function __umbra_complete\n"
			   "\tset -l words (commandline -opc) (commandline -ct)\n"
			   "\tumbra __complete -- $words[2..-1] 2>/dev/null\n"
			   "end\n"
			   "complete -c umbra -f -a '(__umbra_complete)'\n";

static const struct {
	const char *shell;
	const char *script;
} scripts[] = {
	{"bash", bash},
	{"zsh", zsh},
	{"fish", fish},
};

const char *completion_script(const char *shell)
{
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++)
		if (!strcmp(scripts[i].shell, shell))
			return scripts[i].script;
	return NULL;
}
