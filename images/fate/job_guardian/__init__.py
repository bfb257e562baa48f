"""The job guardian: notices jobs of FATE Flow 2.2 that can no longer finish, and has them finish.

Standard library only: it runs in the fate image, whose other packages are FATE's.
"""
