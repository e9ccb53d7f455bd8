/*
 * Gives back what only starting needed. Called once by the app, when the first data is on the screen.
 *
 * libcurl brings forty libraries, and their beginnings (TLS, Kerberos, LDAP) touch ten megabytes of code that an
 * http URL never runs again. These pages are clean and the page cache's; while they are mapped the kernel
 * counts them as ours and spares them when memory is short. Whatever is needed after all comes back by
 * itself. Only read-only segments of libraries are let go, so nothing that was written is lost.
 */
#include "tui/settle.h"

#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Such a library was written to when it was loaded, after all. */
static bool is_patched(const struct dl_phdr_info *info)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(info->dlpi_addr + part->p_vaddr);

		for (; part->p_type == PT_DYNAMIC && entry->d_tag != DT_NULL; entry++)
			if (entry->d_tag == DT_TEXTREL)
				return true;
	}
	return false;
}

static int let_go(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	(void)arg;
	/* Not the program itself: a debugger may have its marks there. */
	if (info->dlpi_name == NULL || info->dlpi_name[0] == '\0' || is_patched(info))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t from = (info->dlpi_addr + part->p_vaddr) & ~(page - 1);
		uintptr_t to = (info->dlpi_addr + part->p_vaddr + part->p_memsz) & ~(page - 1);

		if (part->p_type == PT_LOAD && (part->p_flags & PF_W) == 0 && to > from)
			(void)madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void settle(void)
{
	(void)dl_iterate_phdr(let_go, NULL);
	(void)malloc_trim(0);
}
