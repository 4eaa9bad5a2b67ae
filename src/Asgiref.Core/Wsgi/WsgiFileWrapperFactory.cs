namespace Asgiref.Core.Wsgi;

/// <summary>
/// The type of <c>wsgi.file_wrapper</c>: makes an iterable of a stream's rest, to be returned as the body (PEP-35).
/// </summary>
/// <param name="file">The stream, read from its current position and disposed with the iterable.</param>
/// <param name="blockSize">Bytes per chunk at most.</param>
public delegate WsgiFileWrapper WsgiFileWrapperFactory(Stream file, int blockSize = WsgiFileWrapper.DefaultBlockSize);
