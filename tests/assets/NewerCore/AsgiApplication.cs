namespace Asgiref.Core;

public delegate Task AsgiApplication(object scope);
